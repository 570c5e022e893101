// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Google.Protobuf.Reflection;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests;

/// <summary>The same transitions as an independent tool sees, for every way a connection begins and ends.</summary>
[Trait("Guest", "yes")]
public sealed class TcpStatesOracleTests : KernelTest
{
    private const string Announced = "LISTEN -> SYN_RECV";

    private static readonly int Connections = Deadline.Fewer(4000);

    // Longer than a daemon waits for a processor on a busy machine.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1);

    // The mixture's ports; the tools watch the whole host, and only these are compared.
    private static readonly int[] Ports = [7400, 7600, 7999];

    [Fact]
    public async Task Both_report_the_same_multiset_of_transitions()
    {
        Prerequisites.DemandTool(TcpStatesTool.Path, "libbpf-tools");
        await using NetworkNamespace netns = await NetworkNamespace.Create();
        await using Daemon daemon = await Daemon.Start();
        await using TransitionJournal journal = await TransitionJournal.Start(daemon, keep: one => one.Netns == netns.Inode);
        await using KernelTrace trace = await KernelTrace.Start(Ports);
        await using TcpStatesTool tool = await TcpStatesTool.Start();

        await RunMixture(netns);
        await UntilQuiet(journal);
        List<string> theirs = [.. (await tool.Stop()).Where(IsOfMixture).Order(StringComparer.Ordinal)];
        List<string> ours = [.. journal.Kept.Select(Key).Where(IsOfMixture).Order(StringComparer.Ordinal)];

        Assert.Equal(0ul, journal.Lost);
        Assert.True(theirs.Count + tool.Lost > 6 * Connections, $"the oracle saw {theirs.Count} only");
        Assert.Contains(theirs, key => key.EndsWith("FIN_WAIT1 -> CLOSING", StringComparison.Ordinal));
        List<string> kernels = await trace.Stop();
        if (theirs.Exists(key => key.EndsWith(":0 " + Announced, StringComparison.Ordinal)))
            (theirs, ours, kernels) = (WithoutPeers(theirs), WithoutPeers(ours), WithoutPeers(kernels));
        AssertSame(theirs, ours, kernels, tool.Lost);
    }

    private static async Task RunMixture(NetworkNamespace netns)
    {
        await using Child mixture = netns.Start(TargetPrograms.PathOf("mixture"), Connections.ToString(), NetworkNamespace.HostLink);
        Assert.Equal("ready", await mixture.ReadLine());
        await mixture.WriteLine("go");
        Assert.Equal($"done {Connections}", await mixture.ReadLine());
        await UntilSimultaneousClosesAreThrough(netns);
        mixture.CloseInput();
        await mixture.WaitForExit();
    }

    /// <summary>The FINs that were lost on purpose are sent again after 200 ms or more.</summary>
    private static Task UntilSimultaneousClosesAreThrough(NetworkNamespace netns) =>
        Deadline.Until(
            "no connection is being closed any more",
            async () => await Command.MustRun("ip", "netns", "exec", netns.Name, "ss", "-Hta", "state", "fin-wait-1", "state", "closing", "state", "last-ack") is "" ? "none" : null,
            TimeSpan.FromSeconds(20));

    private static async Task UntilQuiet(TransitionJournal journal)
    {
        int before = -1;
        await Deadline.Until(
            "no transition arrives any more",
            async () =>
            {
                (int last, before) = (before, journal.Kept.Count);
                await Task.Delay(Silence, TestContext.Current.CancellationToken);
                return last == journal.Kept.Count ? "quiet" : null;
            });
    }

    /// <summary>Up to 6.12 others see a new connection with the addresses of its listener; we tell its own (docs/decisions/0014).</summary>
    private static List<string> WithoutPeers(List<string> keys) => keys.ConvertAll(key => key.EndsWith(Announced, StringComparison.Ordinal)
        ? $"{Ports.Single(port => key.Contains($":{port} ", StringComparison.Ordinal))} {Announced}"
        : key);

    private static bool IsOfMixture(string key) => Array.Exists(Ports, port => key.Contains($":{port} ", StringComparison.Ordinal));

    private static string Key(Transition one) =>
        TcpStatesTool.Key(one.LocalAddress, one.LocalPort, one.RemoteAddress, one.RemotePort, NameOf(one.OldState), NameOf(one.NewState));

    private static string NameOf(TcpState state)
    {
        EnumValueDescriptor value = EventReflection.Descriptor.EnumTypes.Single(type => type.Name == nameof(TcpState)).FindValueByNumber((int)state);
        return value.Name["TCP_STATE_".Length..];
    }

    /// <summary>
    /// Nothing that tcpstates saw is missing. It may say that it lost some, and is silent on those that happen while a softirq
    /// interrupts its own program: the few that only we have must be in the kernel's own trace.
    /// </summary>
    private static void AssertSame(List<string> theirs, List<string> ours, List<string> kernels, int theirLosses)
    {
        List<string> missing = Without(theirs, ours);
        List<string> extra = Without(ours, theirs);
        List<string> invented = Without(extra, Without(kernels, theirs));
        Assert.True(
            missing.Count + invented.Count == 0,
            $"{theirs.Count} of tcpstates, {ours.Count} of ours, {kernels.Count} of the kernel's trace\n{missing.Count} missing: {string.Join("\n  ", missing.Take(20))}\n{invented.Count} invented: {string.Join("\n  ", invented.Take(20))}");
        Assert.True(extra.Count <= theirLosses + theirs.Count / 100, $"tcpstates lacks {extra.Count} and says that it lost {theirLosses}");
    }

    /// <summary>Difference of multisets.</summary>
    private static List<string> Without(List<string> all, List<string> remove)
    {
        Dictionary<string, int> counts = remove.CountBy(key => key).ToDictionary();
        return all.FindAll(key => !counts.TryGetValue(key, out int left) || left == 0 || (counts[key] = left - 1) < 0);
    }
}
