// SPDX-License-Identifier: Apache-2.0
using Tracer.Kernel.Tests.Harness;

namespace Tracer.Kernel.Tests.Runtimes;

/// <summary>
/// A real program that leaks on demand. It answers each line of its input with one line: "leak" connects to 127.0.0.1:PORT, sends a byte, reads to
/// the end and keeps the socket ("ready"); "close" closes what it kept ("closed"). It ends with its input.
/// </summary>
internal sealed class LeakingProgram : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Child _child;

    private LeakingProgram(Child child) => _child = child;

    /// <summary>Of the process that was started; of an interpreter, not of a wrapper around it.</summary>
    public int Pid => _child.Pid;

    public static LeakingProgram Start(string file, params string[] arguments) => new(Child.Start(file, arguments));

    public async Task Leak() => await Ask("leak", "ready");

    public async Task Close() => await Ask("close", "closed");

    public async ValueTask DisposeAsync()
    {
        if (!_child.HasExited)
            _child.CloseInput();
        await _child.DisposeAsync();
    }

    private async Task Ask(string command, string answer)
    {
        await _child.WriteLine(command);
        string line = await _child.ReadLine(Patience);
        if (line != answer)
            throw new InvalidOperationException($"asked to {command}, the program said: {line}\n{string.Join('\n', _child.Errors)}");
    }
}
