// SPDX-License-Identifier: Apache-2.0
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;

namespace Tracer.Harness;

/// <summary>A program that runs beside the test, and is gone when the test is.</summary>
public sealed class Child : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly Task _pumps;

    private Child(Process process)
    {
        _process = process;
        Pid = process.Id;
        _pumps = Task.WhenAll(PumpOutput(), PumpErrors());
    }

    public int Pid { get; }

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    public IReadOnlyCollection<string> Output => _output;

    public IReadOnlyCollection<string> Errors => _errors;

    public static Child Start(string file, params string[] arguments) =>
        new(Process.Start(Command.Describe(file, arguments)) ?? throw new InvalidOperationException("cannot start " + file));

    public async Task WriteLine(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    public void CloseInput() => _process.StandardInput.Close();

    public async Task<string> ReadLine(TimeSpan? limit = null)
    {
        using CancellationTokenSource deadline = new(Deadline.Stretch(limit ?? Limit));
        try
        {
            return await _lines.Reader.ReadAsync(deadline.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            throw new TimeoutException($"no line from {_process.StartInfo.FileName}; its stderr: {string.Join('\n', _errors)}");
        }
    }

    public Task Signal(string signal) => Command.Signal(signal, Pid);

    /// <summary>Waits for the end, and for everything it wrote.</summary>
    public async Task<int> WaitForExit(TimeSpan? limit = null)
    {
        using CancellationTokenSource deadline = new(Deadline.Stretch(limit ?? Limit));
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
            await _pumps.WaitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{_process.StartInfo.FileName} ({Pid}) did not end; its stderr: {string.Join('\n', _errors)}");
        }

        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private async Task PumpOutput()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            _output.Enqueue(line);
            _lines.Writer.TryWrite(line);
        }

        _lines.Writer.Complete();
    }

    private async Task PumpErrors()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
            _errors.Enqueue(line);
    }
}
