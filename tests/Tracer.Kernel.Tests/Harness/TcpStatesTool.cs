// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Tracer.Kernel.Tests.Harness;

/// <summary>libbpf-tools' tcpstates, the oracle for transitions, in a mount namespace of its own (it needs tracefs).</summary>
internal sealed class TcpStatesTool : IAsyncDisposable
{
    public const string Path = "/usr/sbin/tcpstates";

    private const string Script = "mount --make-rprivate / && mount -t tracefs tracefs /sys/kernel/tracing && exec stdbuf -oL " + Path + " -w";

    private readonly Child _child;

    private TcpStatesTool(Child child) => _child = child;

    /// <summary>Events that it says it lost itself.</summary>
    public bool HasLost => _child.Errors.Any(line => line.Contains("ost", StringComparison.Ordinal));

    public string Errors => string.Join('\n', _child.Errors);

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
}
