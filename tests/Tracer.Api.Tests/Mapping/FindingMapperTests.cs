// SPDX-License-Identifier: Apache-2.0
using Google.Protobuf;
using Tracer.Api.Findings;
using Tracer.Api.Mapping;
using Tracer.Api.Tests.Given;
using Tracer.Attribution;
using Tracer.Attribution.Findings;
using Tracer.Wire;
using Xunit;
using Proto = CloseWait.V1;

namespace Tracer.Api.Tests.Mapping;

public class FindingMapperTests
{
    private const ulong Moment = 10 * TestSockets.Second;
    private static readonly JsonFormatter Json = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true).WithIndentation());
    private static readonly SocketKey Example = new(5, 4026531840);
    private readonly FakeFacts _facts = new();

    [Fact]
    public void A_full_finding_reads_as_the_golden_file() =>
        GoldenFile.AssertEquals("finding.json", Json.Format(Map(Full())) + "\n");

    [Fact]
    public void A_full_summary_reads_as_the_golden_file()
    {
        FindingSnapshot snapshot = TestFindings.Snapshot() with
        {
            Report = new FindingReport(
                [], 7, 8, 9, new Dictionary<Verdict, ulong>(),
                new Dictionary<EndReason, ulong> { [EndReason.ResetByPeer] = 4, [EndReason.Unknown] = 2, [EndReason.Closed] = 30, [EndReason.Destroyed] = 0 }),
            Census = new SocketCensus(12, 3, new Dictionary<Verdict, ulong> { [Verdict.ResetButOpen] = 3, [Verdict.EofNotRead] = 12 }),
            Kernel = [new KernelCounterValue("TcpExt.ListenOverflows", 130, 7)],
        };
        GoldenFile.AssertEquals("host_summary.json", Json.Format(new SummaryMapper(_facts).ToSummary(snapshot)) + "\n");
    }

    [Fact]
    public void Examples_are_as_old_as_they_were_when_they_were_judged()
    {
        _facts.Now = Moment + (3 * TestSockets.Second); // a look at threads took that long
        Assert.Equal(9, Assert.Single(Map(Full()).Examples).Age.Seconds);
    }

    [Fact]
    public void What_is_not_known_is_unset()
    {
        Proto.Finding message = Map(TestFindings.Finding("a"));

        Assert.Null(message.MedianTimeToClose);
        Assert.Null(message.P99TimeToClose);
        Assert.Null(message.Listener);
        Assert.Null(message.Plateau);
        Assert.Null(message.Code);
        Assert.Null(message.FirstSeenTime);
        Assert.Null(message.Origin.Actor);
        Assert.Equal((0d, ""), (message.CloseRatio, message.Origin.Request));
    }

    [Theory]
    [InlineData(TcpOrigin.Accept, Proto.Source.Traced)]
    [InlineData(TcpOrigin.Adopted, Proto.Source.Adopted)]
    public void An_origin_says_whether_the_accept_itself_was_seen(TcpOrigin kind, Proto.Source source)
    {
        TcpActor actor = WireValues.Actor(7, "php-fpm", TestSockets.Second, stackId: 77);
        TrackedSocket socket = TestSockets.InCloseWait(5);
        socket.OriginKind = kind;
        socket.Last.Record.Origin = actor;
        Finding finding = TestFindings.Finding("a") with { Origin = new Site(SiteRole.Accept, "x", actor), Examples = [Example] };

        Proto.Finding message = Map(finding, TestFindings.Snapshot(finding) with { Examples = new Dictionary<SocketKey, TrackedSocket> { [Example] = socket } });

        Assert.Equal((source, Proto.OriginKind.Accept), (message.Origin.Actor.Source, message.Origin.Actor.Kind));
    }

    [Fact]
    public void Long_lists_are_cut_and_the_full_number_is_told()
    {
        OwnerProcess[] processes = [.. Enumerable.Range(1, 100).Select(pid => new OwnerProcess(new ProcessKey((uint)pid, 0), "w", "", 1))];
        Finding finding = TestFindings.Finding("a") with
        {
            Owner = TestFindings.Finding("a").Owner with { Processes = processes },
            Descriptors = [.. Enumerable.Range(1, 50).Select(pid => new DescriptorUse(new ProcessKey((uint)pid, 1), "w", default, 1, null))],
            Peers = [.. Enumerable.Range(1, 50).Select(port => new PeerIdle(default, WireValues.AfInet6, (ushort)port, 1, default))],
            PeerCount = 50,
        };

        Proto.Finding message = Map(finding);

        Assert.Equal((64, 100u), (message.Owner.Processes.Count, message.Owner.ProcessCount));
        Assert.Null(message.Owner.Processes[0].StartTime);
        Assert.Equal((16, 16, 50u), (message.Descriptors.Count, message.Peers.Count, message.PeerCount));
        Assert.Null(message.Peers[0].Idle);
    }

    [Fact]
    public void Names_and_numbers_of_kinds_are_those_of_the_API()
    {
        AssertAlike<Severity, Proto.Severity>(Severity.None);
        AssertAlike<SiteRole, Proto.Site.Types.Role>(SiteRole.None);
        AssertAlike<EvidenceKind, Proto.Evidence.Types.Kind>(EvidenceKind.None);
        AssertAlike<ThreadInspectionStatus, Proto.InspectThreadsResponse.Types.Status>(ThreadInspectionStatus.None);
    }

    private static void AssertAlike<TOwn, TProto>(TOwn none)
        where TOwn : struct, Enum
        where TProto : struct, Enum
    {
        Assert.Equal(
            Enum.GetValues<TProto>().Select(value => (value.ToString(), Convert.ToInt32(value, null))),
            Enum.GetValues<TOwn>().Select(value => (value.Equals(none) ? "Unspecified" : value.ToString(), Convert.ToInt32(value, null))));
    }

    private Proto.Finding Map(Finding finding) => Map(finding, TestFindings.Snapshot(finding));

    private Proto.Finding Map(Finding finding, FindingSnapshot snapshot)
    {
        snapshot = snapshot with { Queued = new Dictionary<SocketKey, ulong> { [new SocketKey(4, 4026531840)] = 119 } };
        if (snapshot.Examples.Count == 0)
            snapshot = snapshot with { KtimeNs = Moment, Examples = new Dictionary<SocketKey, TrackedSocket> { [Example] = TestSockets.InCloseWait(5) } };
        return new FindingMapper(_facts).ToFinding(finding, snapshot);
    }

    private Finding Full()
    {
        _facts.AddProcess(7, "python3", "/usr/bin/python3", "/system.slice/web.service");
        _facts.Stacks[77] = new StackReport(77, 7, [new StackFrame("handler", "/srv/app.py", 0, 0, "", "app.py", 41, CodeKind.Python)], false, false)
        {
            UserFrame = 0,
            End = TcpStackEnd.Complete,
            Request = "GET /cart",
        };
        return WithThreads(WithNumbers(new Finding
        {
            Id = "00112233445566ff",
            Verdict = Verdict.NeverAccepted,
            Severity = Severity.Critical,
            Headline = "119 of 120 connections wait to be accepted",
            Owner = new Owner(
                new ProcessKey(7, 7000), "python3", "/usr/bin/python3", "web.service", "c0ffee", "/system.slice/web.service",
                [new OwnerProcess(new ProcessKey(7, 7000), "python3", "python3 app.py", 119)]),
            Origin = new Site(SiteRole.Listener, "listener 0.0.0.0:8080", WireValues.Actor(7, "python3", 2 * TestSockets.Second, stackId: 77)),
            Evidence = [new Evidence(EvidenceKind.Observed, "queue 119/128"), new Evidence(EvidenceKind.Unknown, "who opened them")],
            Advice = ["do not block the loop"],
            HarmlessWhen = "it is only busy",
            Listener = new ListenerFacts
            {
                Cookie = 4,
                Netns = 4026531840,
                LocalAddress = WireValues.Address("0.0.0.0"),
                LocalPort = 8080,
                QueueLength = 119,
                QueueLimit = 128,
                Drops = 21,
            },
            ListenOverflows = 33,
            Examples = [Example, new SocketKey(6, 1)],
        }));
    }

    private static Finding WithNumbers(Finding finding)
    {
        IdlePlateau plateau = new(60 * TestSockets.Second, TestSockets.Second / 10, 412, 415, true);
        return finding with
        {
            Sockets = 119,
            Opened = 400,
            Closed = 100,
            MedianTimeToCloseNs = 2 * TestSockets.Second,
            P99TimeToCloseNs = 9 * TestSockets.Second,
            OldestNs = 65 * TestSockets.Second,
            OldestIsLowerBound = true,
            FirstSeenKtimeNs = 3 * TestSockets.Second,
            GrowthPerMinute = 50.5,
            GrowthWindowNs = 30 * TestSockets.Second,
            UnreadBytes = 7000,
            UnsentBytes = 20,
            Descriptors = [new DescriptorUse(new ProcessKey(7, 7000), "python3", new DescriptorFacts(512, 1024), 119, 600 * TestSockets.Second)],
            Peers = [new PeerIdle(WireValues.Address("10.0.0.9"), WireValues.AfInet, 3306, 415, plateau)],
            PeerCount = 1,
            Plateau = plateau,
            Ends = new Dictionary<EndReason, ulong> { [EndReason.Closed] = 90, [EndReason.ResetByPeer] = 10 },
        };
    }

    private static Finding WithThreads(Finding finding) => finding with
    {
        Code = new Site(SiteRole.Blocked, "query_third_party (app.py:41)", WireValues.Actor(7, "python3")),
        Suspects = [TestFindings.Suspect(7, 8)],
        Threads =
        [
            new ThreadFacts(7, 8, "python3")
            {
                State = "sleeping",
                Syscall = "recvfrom",
                SyscallFd = 9,
                SyscallTarget = "tcp 10.0.0.1:40122 -> 10.0.0.9:80 ESTABLISHED",
                WaitChannel = "wait_woken",
                Frames = [new StackFrame("query_third_party", "", 0, 0, "", "app.py", 41, CodeKind.Python)],
                UserFrame = 0,
                End = TcpStackEnd.Complete,
            },
            new ThreadFacts(7, 9, "pool") { State = "running", Limitation = "it runs" },
        ],
        IsOwnerBlocked = true,
    };
}
