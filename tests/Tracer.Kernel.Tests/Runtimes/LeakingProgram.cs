// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Tracer.Kernel.Tests.Harness;

namespace Tracer.Kernel.Tests.Runtimes;

/// <summary>
/// A real program that leaks on demand. It answers each line of its input with one line: "leak" connects to 127.0.0.1:PORT, sends a byte, reads to
/// the end and keeps the socket ("ready"); "close" closes what it kept ("closed"). It ends with its input.
/// </summary>
internal sealed class LeakingProgram : ILeakingTarget
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Child _child;

    private readonly bool _isWrapped;

    private LeakingProgram(Child child, bool isWrapped) => (_child, _isWrapped) = (child, isWrapped);

    /// <summary>Of the program in our pid namespace, also when it runs in another.</summary>
    public int Pid => _isWrapped ? FirstChildOf(_child.Pid) : _child.Pid;

    public static LeakingProgram Start(string file, params string[] arguments) => new(Child.Start(file, arguments), isWrapped: false);

    /// <summary>The same with pids and mounts of its own.</summary>
    public static LeakingProgram StartInNamespaces(string file, params string[] arguments) => new(
        Child.Start("unshare", ["--pid", "--mount", "--fork", "--kill-child", "--mount-proc", file, .. arguments]), isWrapped: true);

    public async Task Leak() => await Ask("leak", "ready");

    public async Task Close() => await Ask("close", "closed");

    public async ValueTask DisposeAsync()
    {
        if (!_child.HasExited)
            _child.CloseInput();
        await _child.DisposeAsync();
    }

    private static int FirstChildOf(int pid) =>
        int.Parse(File.ReadAllText($"/proc/{pid}/task/{pid}/children").Split(' ')[0], CultureInfo.InvariantCulture);

    private async Task Ask(string command, string answer)
    {
        await _child.WriteLine(command);
        string line = await _child.ReadLine(Patience);
        if (line != answer)
            throw new InvalidOperationException($"asked to {command}, the program said: {line}\n{string.Join('\n', _child.Errors)}");
    }
}
