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
    /// <summary>Where an isolated program finds its folder.</summary>
    public const string IsolatedFolder = "/mnt";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(5);

    // A private /tmp, and a process file system in which the program is pid 1.
    private static readonly string[] Unshare =
        ["--pid", "--fork", "--mount", "--mount-proc", "--kill-child", "sh", "-c", $"mount --bind \"$0\" {IsolatedFolder} && mount -t tmpfs none /tmp && exec \"$@\""];

    private readonly Child _child;
    private readonly bool _isWrapped;

    private LeakingProgram(Child child, bool isWrapped)
    {
        _child = child;
        _isWrapped = isWrapped;
    }

    /// <summary>Of the program itself, as the host sees it; of a wrapped one from its first answer on.</summary>
    public int Pid => _isWrapped
        ? int.Parse(File.ReadAllText($"/proc/{_child.Pid}/task/{_child.Pid}/children"), CultureInfo.InvariantCulture)
        : _child.Pid;

    public IReadOnlyCollection<string> Output => _child.Output;

    public static LeakingProgram Start(string file, params string[] arguments) => new(Child.Start(file, arguments), isWrapped: false);

    /// <summary>Starts it in pid and mount namespaces of its own, with its folder at <see cref="IsolatedFolder"/> and nothing else of /tmp.</summary>
    public static LeakingProgram StartIsolated(string folder, string file, params string[] arguments) =>
        new(Child.Start("unshare", [.. Unshare, folder, file, .. arguments]), isWrapped: true);

    public async Task Leak() => await Ask("leak", "ready");

    public async Task Close() => await Ask("close", "closed");

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

    /// <summary>For what a program understands beyond that.</summary>
    public async Task Ask(string command, string answer)
    {
        await _child.WriteLine(command);
        string line = await _child.ReadLine(Patience);
        if (line != answer)
            throw new InvalidOperationException($"asked to {command}, the program said: {line}\n{string.Join('\n', _child.Errors)}");
    }
}
