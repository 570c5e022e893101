// SPDX-License-Identifier: Apache-2.0
using System.Text.Json;
using CloseWait.V1;
using Google.Protobuf;
using Tracer.Api.Tests.Given;
using Tracer.Attribution;
using Tracer.Wire;
using Xunit;
using EndReason = Tracer.Attribution.EndReason;

namespace Tracer.Api.Tests;

public class EventMapperTests
{
    private static readonly JsonFormatter Json = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true).WithIndentation());
    private readonly FakeFacts _facts = new();

    [Fact]
    public void A_full_record_reads_as_the_golden_file() =>
        GoldenFile.AssertEquals("socket_record.json", Json.Format(Map(Full())) + "\n");

    [Fact]
    public void The_json_of_a_record_has_every_key_that_was_promised()
    {
        using JsonDocument document = JsonDocument.Parse(Json.Format(Map(Full())));
        JsonElement record = document.RootElement;
        AssertKeys(
            record,
            "cookie netns localAddress localPort remoteAddress remotePort direction state age ageIsLowerBound unreadBytes unsentBytes "
            + "idleBeforeFin holders origin lastRead eofRead listener");
        AssertKeys(record.GetProperty("holders")[0], "pid fd comm exe source");
        AssertKeys(record.GetProperty("origin"), "kind pid tid comm stack");
        AssertKeys(record.GetProperty("origin").GetProperty("stack")[0], "function module offset");
    }

    [Fact]
    public void What_is_not_known_is_unset()
    {
        SocketRecord record = Map(TestSockets.InCloseWait(5));

        Assert.Null(record.IdleBeforeFin);
        Assert.Null(record.HoldersTime);
        Assert.Null(record.Origin);
        Assert.Null(record.LastRead);
        Assert.Null(record.EofRead);
        Assert.Null(record.FirstSend);
        Assert.Null(record.Listener);
        Assert.Null(record.LastSendTime);
        Assert.Null(record.Rtt);
        Assert.Null(record.Closer);
        Assert.Null(record.EndTime);
        Assert.Empty(record.Holders);
    }

    [Theory]
    [InlineData("192.0.2.1", WireValues.AfInet, "192.0.2.1", "ipv4")]
    [InlineData("192.0.2.1", WireValues.AfInet6, "::ffff:192.0.2.1", "ipv6")]
    [InlineData("2001:db8:0:0:1:0:0:1", WireValues.AfInet6, "2001:db8::1:0:0:1", "ipv6")]
    [InlineData("::", WireValues.AfInet6, "::", "ipv6")]
    [InlineData("0.0.0.0", WireValues.AfInet, "0.0.0.0", "ipv4")]
    public void Addresses_are_text_of_the_sockets_family(string address, byte family, string text, string name)
    {
        TrackedSocket socket = TestSockets.InCloseWait(5);
        socket.Last.Event.Family = family;
        socket.Last.Event.RemoteAddress = WireValues.Address(address);

        SocketRecord record = Map(socket);

        Assert.Equal(text, record.RemoteAddress);
        Assert.Equal(name, record.Family);
    }

    [Theory]
    [InlineData(TcpOrigin.Connect, OriginKind.Connect, Source.Traced)]
    [InlineData(TcpOrigin.Accept, OriginKind.Accept, Source.Traced)]
    [InlineData(TcpOrigin.Adopted, OriginKind.Accept, Source.Adopted)]
    [InlineData(TcpOrigin.Existed, OriginKind.Existed, Source.Adopted)]
    public void The_origin_says_how_it_is_known(TcpOrigin origin, OriginKind kind, Source source)
    {
        TrackedSocket socket = TestSockets.InCloseWait(5);
        socket.OriginKind = origin;
        socket.Last.Record.Origin = WireValues.Actor(7, "nginx");

        Actor actor = Map(socket).Origin;

        Assert.Equal((kind, source, 7u, 8u, "nginx"), (actor.Kind, actor.Source, actor.Pid, actor.Tid, actor.Comm));
    }

    [Fact]
    public void One_process_that_alone_holds_it_stands_in_for_an_origin_nobody_saw()
    {
        TrackedSocket socket = TestSockets.InCloseWait(5);
        socket.OriginKind = TcpOrigin.Existed;
        socket.Holders = [TestSockets.Holder(7, 3, "nginx"), TestSockets.Holder(7, 4, "nginx")];

        Actor origin = Map(socket).Origin;

        Assert.Equal((OriginKind.Existed, Source.Scanned, 7u, "nginx"), (origin.Kind, origin.Source, origin.Pid, origin.Comm));
        Assert.Null(origin.Time);
    }

    [Fact]
    public void Of_several_holders_none_is_called_the_origin()
    {
        TrackedSocket socket = TestSockets.InCloseWait(5);
        socket.OriginKind = TcpOrigin.Existed;
        socket.Holders = [TestSockets.Holder(7, 3, "nginx"), TestSockets.Holder(8, 3, "nginx")];

        Actor origin = Map(socket).Origin;

        Assert.Equal((OriginKind.Existed, Source.Unspecified, 0u), (origin.Kind, origin.Source, origin.Pid));
    }

    [Fact]
    public void A_queued_socket_has_an_origin_without_a_task()
    {
        TrackedSocket socket = TestSockets.InCloseWait(5);
        socket.OriginKind = TcpOrigin.Queued;
        socket.InAcceptQueue = true;

        SocketRecord record = Map(socket);

        Assert.True(record.NeverAccepted);
        Assert.Equal((OriginKind.Queued, 0u), (record.Origin.Kind, record.Origin.Pid));
    }

    [Fact]
    public void A_socket_last_seen_in_the_queue_and_now_held_was_accepted()
    {
        TrackedSocket socket = TestSockets.InCloseWait(5);
        socket.OriginKind = TcpOrigin.Queued;
        socket.Holders = [TestSockets.Holder(7, 3, "nginx")];

        Actor origin = Map(socket).Origin;

        Assert.Equal((OriginKind.Accept, Source.Scanned, 7u), (origin.Kind, origin.Source, origin.Pid));
    }

    [Fact]
    public void A_holder_that_is_gone_keeps_the_name_the_kernel_gave_without_its_control_bytes()
    {
        TrackedSocket socket = TestSockets.InCloseWait(5);
        socket.Holders = [TestSockets.Holder(7, 3, "ng\u001b[2Jx")];

        Holder holder = Map(socket).Holders[0];

        Assert.Equal("ng\ufffd[2Jx", holder.Comm);
        Assert.Equal("", holder.Exe);
    }

    [Fact]
    public void The_age_grows_until_the_end_and_not_after_it()
    {
        TrackedSocket waiting = TestSockets.InCloseWait(5); // since 1 s
        TrackedSocket ended = TestSockets.Ended(5); // from 1 s to 3 s
        _facts.Now = 4 * TestSockets.Second;
        Assert.Equal(3, Map(waiting).Age.ToTimeSpan().TotalSeconds);
        _facts.Now = 9 * TestSockets.Second;
        Assert.Equal(8, Map(waiting).Age.ToTimeSpan().TotalSeconds);
        Assert.Equal(2, Map(ended).Age.ToTimeSpan().TotalSeconds);
    }

    [Theory]
    [InlineData(EndReason.None, CloseWait.V1.EndReason.Unspecified)]
    [InlineData(EndReason.Unknown, CloseWait.V1.EndReason.Unspecified)]
    [InlineData(EndReason.Closed, CloseWait.V1.EndReason.Closed)]
    [InlineData(EndReason.ProcessExit, CloseWait.V1.EndReason.ProcessExit)]
    [InlineData(EndReason.ResetByPeer, CloseWait.V1.EndReason.ResetByPeer)]
    [InlineData(EndReason.TimedOut, CloseWait.V1.EndReason.TimedOut)]
    [InlineData(EndReason.Destroyed, CloseWait.V1.EndReason.Destroyed)]
    [InlineData(EndReason.ListenerClosed, CloseWait.V1.EndReason.ListenerClosed)]
    public void Every_end_has_its_reason(EndReason reason, CloseWait.V1.EndReason expected)
    {
        TrackedSocket socket = TestSockets.Ended(5, reason, isLeftOpen: true);
        socket.Closer = WireValues.Actor(7, "php");
        socket.HasCloser = true;

        SocketRecord record = Map(socket);

        Assert.Equal(expected, record.EndReason);
        Assert.True(record.DescriptorLeftOpen);
        Assert.Equal(7u, record.Closer.Pid);
        Assert.Equal(CloseWait.V1.TcpState.LastAck, record.State);
    }

    [Theory]
    [InlineData(LedgerChangeKind.Existing, CloseWaitChange.Types.Kind.Existing)]
    [InlineData(LedgerChangeKind.Entered, CloseWaitChange.Types.Kind.Entered)]
    [InlineData(LedgerChangeKind.Updated, CloseWaitChange.Types.Kind.Updated)]
    [InlineData(LedgerChangeKind.Aged, CloseWaitChange.Types.Kind.Aged)]
    [InlineData(LedgerChangeKind.Exited, CloseWaitChange.Types.Kind.Exited)]
    [InlineData(LedgerChangeKind.Released, CloseWaitChange.Types.Kind.Released)]
    public void Every_change_has_its_kind(LedgerChangeKind kind, CloseWaitChange.Types.Kind expected)
    {
        TrackedSocket socket = TestSockets.InCloseWait(5);
        Assert.Equal(expected, new EventMapper(_facts).ToChange(kind, in socket).Kind);
    }

    [Fact]
    public void Ends_of_stacks_verdicts_and_kinds_of_code_have_the_numbers_of_the_api()
    {
        foreach (TcpStackEnd end in Enum.GetValues<TcpStackEnd>())
            Assert.Equal(end == TcpStackEnd.Unknown ? "Unspecified" : end.ToString(), ((StackEnd)end).ToString());
        foreach (Attribution.Verdict verdict in Enum.GetValues<Attribution.Verdict>())
            Assert.Equal(verdict == Attribution.Verdict.None ? "Unspecified" : verdict.ToString(), ((CloseWait.V1.Verdict)verdict).ToString());
        foreach (CodeKind kind in Enum.GetValues<CodeKind>())
            Assert.Equal(kind == CodeKind.Unknown ? "Unspecified" : kind.ToString(), ((FrameKind)kind).ToString(), ignoreCase: true);
    }

    [Fact]
    public void Without_frames_an_actor_keeps_the_id_of_its_stack()
    {
        TrackedSocket socket = Full();

        Actor origin = new EventMapper(_facts, omitsFrames: true).ToRecord(in socket).Origin;

        Assert.Equal((77ul, 0, false, "", false), (origin.StackId, origin.Stack.Count, origin.HasUserFrame, origin.Request, origin.StackFpOnly));
    }

    [Fact]
    public void A_stack_says_where_its_own_code_is_and_why_it_ends()
    {
        Full();

        Stack stack = EventMapper.ToStack(_facts.Stacks[77]);

        Assert.Equal((true, 0u, StackEnd.BadFrame, "GET /cart"), (stack.HasUserFrame, stack.UserFrame, stack.End, stack.Request));
        Assert.Equal((FrameKind.Native, true), (stack.Frames[0].Kind, stack.Frames[0].IsInlined));
        Assert.Equal("no names", stack.Limitation);
        Assert.False(EventMapper.ToStack(new StackReport(1, 2, [], false, false)).HasUserFrame);
    }

    private static void AssertKeys(JsonElement element, string keys) =>
        Assert.All(keys.Split(' '), key => Assert.True(element.TryGetProperty(key, out _), key));

    private SocketRecord Map(TrackedSocket socket) => new EventMapper(_facts).ToRecord(in socket);

    private TrackedSocket Full()
    {
        _facts.AddProcess(7, "php-fpm", "/usr/sbin/php-fpm", "/system.slice/web.service");
        _facts.Cgroups[5] = "/system.slice/web.service";
        _facts.Stacks[77] = FullStack();
        TrackedSocket socket = TestSockets.InCloseWait(5, enterKtimeNs: 2_500_000_001);
        socket.AgeIsLowerBound = true;
        socket.IdleBeforeFinNs = 65 * TestSockets.Second;
        socket.HasIdleBeforeFin = true;
        socket.IdleIsInferred = true;
        socket.Holders = [TestSockets.Holder(7, 3, "php-fpm"), TestSockets.Holder(8, 9, "gone")];
        socket.HoldersKtimeNs = 4 * TestSockets.Second;
        socket.OriginKind = TcpOrigin.Connect;
        socket.Direction = TcpDirection.Outbound;
        socket.Listener = new ListenerFacts
        {
            Cookie = 4,
            LocalAddress = WireValues.Address("0.0.0.0"),
            LocalPort = 80,
            QueueLength = 3,
            QueueLimit = 128,
            Drops = 21,
            Opener = WireValues.Actor(6, "master", 1),
            LastAccept = WireValues.Actor(7, "php-fpm", 2),
            LastAcceptResult = -11,
            Holders = [TestSockets.Holder(6, 5, "master")],
        };
        ref TcpEvent last = ref socket.Last.Event;
        (last.CgroupId, last.UnreadBytes, last.UnsentBytes, last.BytesReceived, last.BytesSent, last.SrttUs) = (5, 1, 2, 3000, 4000, 1500);
        ref TcpRecord record = ref socket.Last.Record;
        record.Origin = WireValues.Actor(7, "php-fpm", TestSockets.Second, stackId: 77);
        record.LastRead = WireValues.Actor(7, "php-fpm", 2 * TestSockets.Second);
        record.LastReadResult = -11;
        record.EofRead = WireValues.Actor(7, "php-fpm", 3 * TestSockets.Second);
        record.FirstSend = WireValues.Actor(7, "php-fpm", TestSockets.Second + 1);
        record.LastSendKtimeNs = 3_000_000_100;
        (socket.Verdict, socket.PreviousVerdict) = (Attribution.Verdict.EofReadNotClosed, Attribution.Verdict.EofNotRead);
        return socket;
    }

    private static StackReport FullStack() =>
        new(77, 7, [new StackFrame("Conn::open", "/usr/bin/app", 18, 4198418, "ab12", "conn.cc", 42, CodeKind.Native, IsInlined: true)], FpOnly: true, Truncated: false)
        {
            UserFrame = 0,
            End = TcpStackEnd.BadFrame,
            Request = "GET /cart",
            Limitation = "no names",
        };
}
