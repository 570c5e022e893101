// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Incidents.Software;
using Tracer.Incidents.Stage;
using Xunit;

namespace Tracer.Incidents.Twins;

public sealed class TryTests : IncidentTest
{
    public static TheoryData<string, bool> All
    {
        get
        {
            TheoryData<string, bool> d = new();
            foreach (string s in new[] { "tickets", "inventory", "game", "exhausted", "half", "late", "closes", "evict", "async" })
            {
                d.Add(s, true);
                d.Add(s, false);
            }

            return d;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Try_it_now(string what, bool before)
    {
        await using Incident o = what switch
        {
            "tickets" => new TicketsIncident(true),
            "async" => new TicketsIncident(false),
            "inventory" => new InventoryIncident(false),
            "evict" => new InventoryIncident(true),
            "game" => new GameIncident(Farewell.Forgets),
            "closes" => new GameIncident(Farewell.Closes),
            "exhausted" => new GameIncident(Farewell.Forgets, true),
            "half" => new HalfCloseTwin(),
            "late" => new LateGameTwin(),
            _ => throw new InvalidOperationException(),
        };
        await o.Start();
        if (!before)
            await o.Happen();
        await using Daemon daemon = await Daemon.Start();
        await Deadline.Until("the daemon knows the code that runs", async () => (await daemon.Counters())["unwind_preloaded"] == 1 ? daemon : null);
        if (before)
            await o.Happen();
        await Task.Delay(5000, TestContext.Current.CancellationToken);
        SocketFilter filter = new() { Ports = { o.Ports.Select(port => (uint)port) } };
        var r = await daemon.Client.ListFindingsAsync(new ListFindingsRequest { Filter = filter, IncludeHarmless = true, IncludeThreads = true }, cancellationToken: TestContext.Current.CancellationToken);
        var w = new StringWriter();
        foreach (var f in r.Findings)
        {
            w.WriteLine($"==== {f.Id} {f.Verdict} {f.Severity} sockets {f.Sockets} opened {f.Opened} closed {f.Closed} ends {f.Ends} median {f.MedianTimeToClose} oldest {f.Oldest} lb {f.OldestIsLowerBound} growth {f.GrowthPerMinute:0.0} over {f.GrowthWindow} blocked {f.IsOwnerBlocked}");
            w.WriteLine(f.Headline);
            w.WriteLine($"owner {f.Owner.Comm} {string.Join(' ', f.Owner.Processes)}");
            w.WriteLine($"origin {f.Origin.Role} {f.Origin.Label} request {f.Origin.Request}; {StackLines.Describe(f.Origin.Actor)}");
            w.WriteLine($"code {f.Code?.Role} {f.Code?.Label}");
            foreach (var e in f.Evidence)
                w.WriteLine($"  {e.Kind}: {e.Text}");
            foreach (var e in f.Advice)
                w.WriteLine($"  DO: {e}");
            w.WriteLine($"  harmless: {f.HarmlessWhen}");
            w.WriteLine($"  descriptors {f.Descriptors} listener {f.Listener} plateau {f.Plateau} peers {f.PeerCount} {f.Peers}");
            foreach (var t in f.Threads.Take(4))
                w.WriteLine($"  thread {t.Tid} {t.Comm} {t.State} {t.Syscall} {t.SyscallFd} '{t.SyscallTarget}' {t.WaitChannel} suspect {t.IsSuspect} {t.StackEnd} {t.Limitation} user {t.UserFrame}: {string.Join(" < ", t.Stack.Select(x => $"{x.Function} {Path.GetFileName(x.File)}:{x.Line}"))}");
            w.WriteLine($"  {f.Threads.Count} threads");
        }

        w.WriteLine($"summary {r.Summary}");
        File.WriteAllText($"/tmp/g2/try.{what}.{before}", w.ToString());
    }
}
