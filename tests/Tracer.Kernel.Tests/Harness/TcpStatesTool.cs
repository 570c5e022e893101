// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text.RegularExpressions;
using Tracer.Harness;

namespace Tracer.Kernel.Tests.Harness;

/// <summary>libbpf-tools' tcpstates, the oracle for transitions, in a mount namespace of its own (it needs tracefs).</summary>
internal sealed partial class TcpStatesTool : IAsyncDisposable
{
    public const string Path = "/usr/sbin/tcpstates";

    // Its buffer is small: it goes before others on a busy machine.
    private const string Script = "mount --make-rprivate / && { [ -d /sys/kernel/tracing/events ] || mount -t tracefs tracefs /sys/kernel/tracing; } && exec nice -n -15 stdbuf -oL " + Path + " -w";

    private readonly Child _child;

    private TcpStatesTool(Child child) => _child = child;

    /// <summary>Events that it says it lost itself.</summary>
    public int Lost => _child.Errors.Select(line => LostPattern().Match(line))
        .Where(match => match.Success)
        .Sum(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));

    public static async Task<TcpStatesTool> Start()
    {
        TcpStatesTool tool = new(Child.Start("unshare", "-m", "sh", "-c", Script));
        await tool._child.ReadLine(); // the header is written once it is attached
        return tool;
    }

    /// <summary>Stops it, and returns all it wrote: local, remote, old and new state.</summary>
    public async Task<List<string>> Stop()
    {
        await _child.Signal("INT");
        await _child.WaitForExit();
        return [.. _child.Output.Skip(1).Select(Parse)];
    }

    public ValueTask DisposeAsync() => _child.DisposeAsync();

    /// <summary>The form in which both sides are compared.</summary>
    public static string Key(string local, uint localPort, string remote, uint remotePort, string oldState, string newState) =>
        $"{SsTable.EndPoint(local, localPort)} {SsTable.EndPoint(remote, remotePort)} {oldState} -> {newState}";

    // SKADDR PID COMM IP LADDR LPORT RADDR RPORT OLDSTATE -> NEWSTATE MS; COMM may hold spaces: count from the right.
    private static string Parse(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return Key(words[^8], Port(words[^7]), words[^6], Port(words[^5]), words[^4], words[^2]);
    }

    private static uint Port(string word) => uint.Parse(word, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"lost (\d+) events")]
    private static partial Regex LostPattern();
}
