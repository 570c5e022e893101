// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Tracer.Attribution.Findings;
using Tracer.Wire;
using static Tracer.Attribution.Tests.Story;

namespace Tracer.Attribution.Tests.Findings;

/// <summary>A host where nearly everything is stuck gets its answer too; the time it took is printed, not judged.</summary>
public sealed class ManySocketsTests
{
    private const int Sockets = 100_000;
    private const int Rounds = 5; // the first ones compile
    private const ulong Now = 10_000 * Second;

    private readonly Names _names = new();

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(100, 50, 100_000)]
    public void A_hundred_thousand_sockets_are_grouped_at_once(int processes, int places, int peers)
    {
        Proc master = _names.Process(10, "worker", "/srv/worker");
        Proc[] workers = [.. Enumerable.Range(1000, processes).Select(pid => _names.Process((uint)pid, "worker", "/srv/worker", master))];
        ulong[] stacks = [.. Enumerable.Range(1, places).Select(i => _names.Stack((ulong)i, "connect", $"call{i} app.c:{i}"))];
        TrackedSocket[] sockets = [.. Enumerable.Range(0, Sockets).Select(i => Socket(i, workers[i % processes], stacks[i % places], peers))];
        FindingReport report = Measure(sockets);
        for (int round = 1; round < Rounds; round++)
            report = Measure(sockets);
        Assert.Equal(((ulong)Sockets, places), (report.CloseWaits, report.Findings.Count));
        Assert.Equal((ulong)Sockets, report.Findings.Aggregate(0UL, (sum, finding) => sum + finding.Sockets));
        Assert.All(report.Findings, finding => Assert.True(finding.Plateau.IsPlateau));
    }

    private FindingReport Measure(TrackedSocket[] sockets)
    {
        long start = Stopwatch.GetTimestamp();
        FindingGrouping grouping = new(_names, new CloseHistory(_names), new FindingOptions(), Now);
        foreach (ref readonly TrackedSocket socket in sockets.AsSpan())
            grouping.Add(in socket);
        TimeSpan added = Stopwatch.GetElapsedTime(start);
        Assert.NotEmpty(grouping.Holders);
        FindingReport report = grouping.Build(new Dictionary<ProcessKey, DescriptorFacts>(), 0);
        TimeSpan all = Stopwatch.GetElapsedTime(start);
        TestContext.Current.TestOutputHelper!.WriteLine($"{sockets.Length} sockets, {report.Findings.Count} findings: added in {added.TotalMilliseconds:0} ms, built in {(all - added).TotalMilliseconds:0} ms");
        return report;
    }

    private static TrackedSocket Socket(int i, Proc worker, ulong stack, int peers)
    {
        TrackedSocket socket = new()
        {
            Key = new SocketKey((ulong)i, Conn.HostNetns),
            EnterKtimeNs = Now - (ulong)(100 + i % 500) * Second,
            Holders = [worker.Holding((uint)i)],
            HoldersKtimeNs = Now,
            HasIdleBeforeFin = true,
            IdleBeforeFinNs = 60 * Second + (ulong)(i % 100) * Millisecond,
            Direction = TcpDirection.Outbound,
            OriginKind = TcpOrigin.Connect,
            InCloseWait = true,
            Verdict = Verdict.EofNotRead,
        };
        (socket.Last.Event.Family, socket.Last.Event.UnreadBytes, socket.Last.Event.RemotePort) = (2, 1, (ushort)(1 + i % peers % 50_000));
        socket.Last.Event.RemoteAddress = Conn.Address(i % peers < 50_000 ? "10.0.0.1" : "10.0.0.2");
        socket.Last.Record.Origin = socket.Last.Record.LastRead = worker.At(Now - 1000 * Second, stackId: stack);
        return socket;
    }
}
