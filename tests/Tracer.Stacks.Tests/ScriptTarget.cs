// SPDX-License-Identifier: Apache-2.0
using System.Collections.Concurrent;
using System.Diagnostics;
using Tracer.Linux.Procfs;

namespace Tracer.Stacks.Tests;

/// <summary>A program of a language runtime that a test starts, and that is gone with the test.</summary>
internal sealed class ScriptTarget : IDisposable
{
    private const int DeadlineMilliseconds = 30_000;

    private readonly Process _process;
    private readonly BlockingCollection<string> _lines = [];
    private readonly ConcurrentQueue<string> _errors = new();

    private ScriptTarget(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => _errors.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    internal uint Pid => (uint)_process.Id;

    internal static ScriptTarget Start(string program, params string[] arguments) => Start(program, arguments, []);

    internal static ScriptTarget Start(string program, string[] arguments, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        return new ScriptTarget(Process.Start(start)!);
    }

    /// <summary>The next line that it prints.</summary>
    internal string ReadLine() => _lines.TryTake(out string? line, DeadlineMilliseconds)
        ? line
        : throw new InvalidOperationException($"the target printed nothing; its errors: {string.Join('\n', _errors)}");

    /// <summary>Opens a process; null while it is gone, or is becoming another program.</summary>
    internal static TargetProcess? Open(uint pid)
    {
        var root = new ProcfsRoot();
        return new ProcessReader(root).ReadStat(pid, out ProcessStat stat) == ProcfsStatus.Ok
            && TargetProcess.Open(root, pid, stat.StartBoottimeNs, out TargetProcess? process) == ProcfsStatus.Ok ? process : null;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        _lines.Dispose();
    }

    private void Add(string? line)
    {
        if (line is not null && !_lines.IsAddingCompleted)
            _lines.Add(line);
    }
}
