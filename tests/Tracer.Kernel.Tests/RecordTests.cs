// SPDX-License-Identifier: Apache-2.0
using System.Text.Json;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests;

/// <summary>What the kernel side remembers of sockets is as much as there are sockets.</summary>
public sealed class RecordTests : KernelTest
{
    private const int Connections = 5000;
    private const int Kept = 1000;
    private const int Others = 200; // connections of whoever else is on this machine

    [Fact]
    public async Task Records_come_and_go_with_their_sockets()
    {
        HashSet<string> others = await MachineInventory.AllBpfObjects();
        await using Daemon daemon = await Daemon.Start();
        string map = MapOf(await MachineInventory.AllBpfObjects(), others);
        await using NetworkNamespace netns = await NetworkNamespace.Create();
        await using LoadGenerator load = await LoadGenerator.Start(netns, 7000, Connections, Kept);
        int before = await CountRecords(map);

        Assert.Equal($"done {Connections} {Kept}", await load.Run());
        await UntilRecords(map, before + Kept); // their other ends have gone to TIME_WAIT, which is no socket
        await load.Finish();
        await UntilRecords(map, before);
        Assert.Equal(0ul, (await daemon.Counters())["records_refused"]);
    }

    private static async Task UntilRecords(string map, int expected)
    {
        int count = 0;
        await Deadline.Until(
            $"about {expected} sockets are remembered",
            async () =>
            {
                count = await CountRecords(map);
                return Math.Abs(count - expected) <= Others ? "as many" : null;
            },
            evidence: () => $"{count} are");
    }

    /// <summary>The number of the table that was not there before.</summary>
    private static string MapOf(HashSet<string> now, HashSet<string> before) =>
        now.Except(before).Select(item => item.Split(' ')).Single(words => words is ["map", _, "records"])[1];

    private static async Task<int> CountRecords(string map)
    {
        using JsonDocument dump = JsonDocument.Parse(await Command.MustRun("bpftool", "-j", "map", "dump", "id", map));
        return dump.RootElement.GetArrayLength();
    }
}
