// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;

namespace Tracer.Kernel.Tests.Runtimes;

/// <summary>
/// A real program that leaks on demand. It answers each line of its input with one line: "leak" connects to 127.0.0.1:PORT, sends a byte, reads to
/// the end and keeps the socket ("ready"); "close" closes what it kept ("closed"). It ends with its input.
/// </summary>
internal sealed class LeakingProgram : ILeakingTarget
{
    /// <summary>Where a program that is isolated with its folder finds it.</summary>
    public const string IsolatedFolder = "/mnt";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(5);

    private static readonly string[] Namespaces = ["--pid", "--mount", "--fork", "--kill-child", "--mount-proc"];

    private readonly Child _child;
    private readonly bool _isWrapped;

    private LeakingProgram(Child child, bool isWrapped) => (_child, _isWrapped) = (child, isWrapped);

    /// <summary>Of the program in our pid namespace, also when it runs in another; of a wrapped one from its first answer on.</summary>
    public int Pid => _isWrapped ? FirstChildOf(_child.Pid) : _child.Pid;

    public IReadOnlyCollection<string> Output => _child.Output;

    public static LeakingProgram Start(string file, params string[] arguments) => new(Child.Start(file, arguments), isWrapped: false);

    /// <summary>The same with pids and mounts of its own.</summary>
    public static LeakingProgram StartInNamespaces(string file, params string[] arguments) => Wrap([file, .. arguments]);

    /// <summary>With pids and mounts of its own, its folder at <see cref="IsolatedFolder"/> and nothing else of /tmp.</summary>
    public static LeakingProgram StartIsolated(string folder, string file, params string[] arguments) => Wrap(
        ["sh", "-c", $"mount --bind \"$0\" {IsolatedFolder} && mount -t tmpfs none /tmp && exec \"$@\"", folder, file, .. arguments]);

    /// <summary>A copy of a file, with pids and mounts of its own, where /tmp is private and holds nothing but the copy.</summary>
    public static LeakingProgram StartIsolatedCopy(string file, params string[] arguments)
    {
        const string script = """
            set -e
            mount -t tmpfs tmpfs /mnt
            cp "$0" /mnt
            mount --move /mnt /tmp
            exec "/tmp/${0##*/}" "$@"
            """;
        return Wrap(["sh", "-c", script, file, .. arguments]);
    }

    /// <summary>It answers: its start is over.</summary>
    public Task Ready() => Close();

    public Task Leak() => Ask("leak", "ready");

    public Task Close() => Ask("close", "closed");

    /// <summary>For what a program understands beyond that.</summary>
    public async Task Ask(string command, string answer)
    {
        await _child.WriteLine(command);
        string line = await _child.ReadLine(Patience);
        if (line != answer)
            throw new InvalidOperationException($"asked to {command}, the program said: {line}\n{string.Join('\n', _child.Errors)}");
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_child.HasExited)
                _child.CloseInput();
            // A runtime takes its files away only at an orderly end.
            await _child.WaitForExit(EndPatience);
        }
        catch (TimeoutException)
        {
            // Then the other way.
        }
        finally
        {
            await _child.DisposeAsync();
        }
    }

    private static LeakingProgram Wrap(string[] command) => new(Child.Start("unshare", [.. Namespaces, .. command]), isWrapped: true);

    private static int FirstChildOf(int pid) =>
        int.Parse(File.ReadAllText($"/proc/{pid}/task/{pid}/children").Split(' ')[0], CultureInfo.InvariantCulture);
}
