// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
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

    private readonly bool _isWrapped;

    private LeakingProgram(Child child, bool isWrapped)
    {
        _child = child;
        _isWrapped = isWrapped;
    }

    public static LeakingProgram Start(string file, params string[] arguments) => new(Child.Start(file, arguments), isWrapped: false);

    /// <summary>Starts a copy of a file in a pid and a mount namespace of its own, where /tmp is private and holds nothing but the copy.</summary>
    public static LeakingProgram StartIsolated(string file, params string[] arguments)
    {
        const string Script = """
            set -e
            mount -t tmpfs tmpfs /mnt
            cp "$0" /mnt
            mount --move /mnt /tmp
            exec "/tmp/${0##*/}" "$@"
            """;
        return new LeakingProgram(Child.Start("unshare", ["--pid", "--mount", "--fork", "--kill-child", "sh", "-c", Script, file, .. arguments]), isWrapped: true);
    }

    /// <summary>Pid, on the host, of the process whose sockets are meant: not of a wrapper around it.</summary>
    public async Task<int> FindPid()
    {
        if (!_isWrapped)
            return _child.Pid;
        await Close(); // it answers: its start is over
        string children = await File.ReadAllTextAsync($"/proc/{_child.Pid}/task/{_child.Pid}/children");
        return int.Parse(children.Trim(), CultureInfo.InvariantCulture);
    }

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
