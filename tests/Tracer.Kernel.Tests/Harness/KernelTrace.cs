// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text.RegularExpressions;
using Tracer.Harness;

namespace Tracer.Kernel.Tests.Harness;

/// <summary>
/// The kernel's own trace of state changes, without BPF: the judge where two tools differ. A trace instance of its own, in a
/// mount namespace of its own; both are removed when the input of the script ends, however that comes about.
/// </summary>
internal sealed partial class KernelTrace : IAsyncDisposable
{
    private const string Script = """
        mount --make-rprivate / && { [ -d /sys/kernel/tracing/events ] || mount -t tracefs tracefs /sys/kernel/tracing; } || exit 1
        instance=/sys/kernel/tracing/instances/closewait-test-$$
        event=$instance/events/sock/inet_sock_set_state
        mkdir "$instance" || exit 1
        trap 'echo 0 >"$event/enable"; rmdir "$instance"' EXIT
        echo 16384 >"$instance/buffer_size_kb"
        echo "$1" >"$event/filter" && echo 1 >"$event/enable" && echo ready || exit 1
        read -r _ || exit 0
        echo 0 >"$event/enable"
        cat "$instance/trace"
        echo end
        """;

    private readonly Child _child;

    private KernelTrace(Child child) => _child = child;

    /// <summary>Traces the changes of sockets with one of these ports on either side.</summary>
    public static async Task<KernelTrace> Start(params int[] ports)
    {
        string filter = string.Join("||", ports.Select(port => $"sport=={port}||dport=={port}"));
        KernelTrace trace = new(Child.Start("unshare", "-m", "sh", "-c", Script, "sh", filter));
        string answer = await trace._child.ReadLine();
        return answer == "ready" ? trace : throw new InvalidOperationException("the kernel's trace cannot be had: " + answer);
    }

    /// <summary>Ends it, and returns all changes in the form of <see cref="TcpStatesTool.Key"/>.</summary>
    public async Task<List<string>> Stop()
    {
        await _child.WriteLine("stop");
        await _child.WaitForExit(TimeSpan.FromSeconds(60));
        return [.. _child.Output.Select(line => EventPattern().Match(line)).Where(match => match.Success).Select(Key)];
    }

    public async ValueTask DisposeAsync()
    {
        if (!_child.HasExited)
        {
            _child.CloseInput();
            await _child.WaitForExit();
        }

        await _child.DisposeAsync();
    }

    private static string Key(Match match)
    {
        string suffix = match.Groups["family"].Value == "AF_INET6" ? "6" : "4";
        return TcpStatesTool.Key(
            match.Groups["local" + suffix].Value,
            Port(match.Groups["localPort"]),
            match.Groups["remote" + suffix].Value,
            Port(match.Groups["remotePort"]),
            match.Groups["old"].Value,
            match.Groups["new"].Value);
    }

    private static uint Port(Group group) => uint.Parse(group.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"family=(?<family>\w+) .*sport=(?<localPort>\d+) dport=(?<remotePort>\d+) saddr=(?<local4>\S+) daddr=(?<remote4>\S+) saddrv6=(?<local6>\S+) daddrv6=(?<remote6>\S+) oldstate=TCP_(?<old>\w+) newstate=TCP_(?<new>\w+)")]
    private static partial Regex EventPattern();
}
