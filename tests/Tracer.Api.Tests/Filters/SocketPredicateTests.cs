// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Google.Protobuf.WellKnownTypes;
using Tracer.Api.Filters;
using Tracer.Api.Tests.Given;
using Tracer.Attribution;
using Tracer.Wire;
using Xunit;
using Family = CloseWait.V1.SocketFilter.Types.Family;
using TcpState = CloseWait.V1.TcpState;

namespace Tracer.Api.Tests.Filters;

public class SocketPredicateTests
{
    private readonly FakeFacts _facts = new();

    [Theory]
    [InlineData(11, true)] // holder
    [InlineData(12, true)] // origin
    [InlineData(13, true)] // last reader
    [InlineData(14, true)] // closer
    [InlineData(15, false)]
    public void A_pid_matches_whoever_had_a_hand_in_the_socket(uint pid, bool isMatch)
    {
        TrackedSocket socket = Involved();
        Assert.Equal(isMatch, Matches(new SocketFilter { Pids = { pid } }, in socket));
        Assert.True(Matches(new SocketFilter { Pids = { pid, 11 } }, in socket));
    }

    [Theory]
    [InlineData("holder", true)]
    [InlineData("origin", true)]
    [InlineData("reader", true)]
    [InlineData("closer", true)]
    [InlineData("renamed", true)] // what the process is called by now
    [InlineData("hold", false)]
    [InlineData("HOLDER", false)]
    public void A_comm_matches_exactly_any_of_them(string comm, bool isMatch)
    {
        _facts.AddProcess(11, "renamed", "/bin/x");
        TrackedSocket socket = Involved();
        Assert.Equal(isMatch, Matches(new SocketFilter { Comms = { comm } }, in socket));
    }

    [Fact]
    public void A_comm_with_control_bytes_is_found_by_the_name_that_is_shown()
    {
        TrackedSocket socket = TestSockets.InCloseWait(1);
        socket.Holders = [new DescriptorHolder(new ProcessKey(1, 1), 3, WireValues.Comm("a\u0007b"))];
        Assert.True(Matches(new SocketFilter { Comms = { "a\ufffdb" } }, in socket));
    }

    [Fact]
    public void A_never_accepted_socket_is_its_listeners()
    {
        TrackedSocket socket = TestSockets.InCloseWait(1);
        socket.Listener = new ListenerFacts { Opener = WireValues.Actor(20, "master"), Holders = [TestSockets.Holder(21, 4, "worker")] };
        Assert.False(Matches(new SocketFilter { Pids = { 21 } }, in socket));

        socket.InAcceptQueue = true;

        Assert.True(Matches(new SocketFilter { Pids = { 20 } }, in socket));
        Assert.True(Matches(new SocketFilter { Pids = { 21 } }, in socket));
        Assert.True(Matches(new SocketFilter { Comms = { "master" } }, in socket));
        Assert.True(Matches(new SocketFilter { Comms = { "worker" } }, in socket));
        Assert.False(Matches(new SocketFilter { Pids = { 22 } }, in socket));
    }

    [Fact]
    public void A_verdict_matches_the_one_of_the_last_change()
    {
        TrackedSocket socket = TestSockets.InCloseWait(1);
        SocketFilter unread = new() { Verdicts = { CloseWait.V1.Verdict.EofNotRead, CloseWait.V1.Verdict.NeverAccepted } };
        Assert.False(Matches(unread, in socket));
        socket.Verdict = Attribution.Verdict.EofNotRead;
        Assert.True(Matches(unread, in socket));
        (socket.Verdict, socket.PreviousVerdict) = (Attribution.Verdict.SlowClose, Attribution.Verdict.EofNotRead);
        Assert.False(Matches(unread, in socket));
    }

    [Fact]
    public void A_cookie_matches_exactly()
    {
        TrackedSocket socket = TestSockets.InCloseWait(ulong.MaxValue);
        Assert.True(Matches(new SocketFilter { Cookies = { 3, ulong.MaxValue } }, in socket));
        Assert.False(Matches(new SocketFilter { Cookies = { 3 } }, in socket));
    }

    [Fact]
    public void Ports_match_their_side()
    {
        TrackedSocket socket = TestSockets.InCloseWait(1); // 80 <- 40000
        Assert.True(Matches(new SocketFilter { Ports = { 80 } }, in socket));
        Assert.True(Matches(new SocketFilter { Ports = { 1, 40_000 } }, in socket));
        Assert.True(Matches(new SocketFilter { LocalPorts = { 80 } }, in socket));
        Assert.False(Matches(new SocketFilter { LocalPorts = { 40_000 } }, in socket));
        Assert.True(Matches(new SocketFilter { RemotePorts = { 40_000 } }, in socket));
        Assert.False(Matches(new SocketFilter { RemotePorts = { 80 } }, in socket));
    }

    [Fact]
    public void Every_set_field_must_match()
    {
        TrackedSocket socket = TestSockets.InCloseWait(1);
        Assert.True(Matches(new SocketFilter { Ports = { 80 }, Peers = { "127.0.0.0/8" }, Directions = { Direction.Inbound } }, in socket));
        Assert.False(Matches(new SocketFilter { Ports = { 80 }, Peers = { "10.0.0.0/8" } }, in socket));
        Assert.False(Matches(new SocketFilter { Ports = { 80 }, Directions = { Direction.Outbound } }, in socket));
        Assert.False(Matches(new SocketFilter { Netns = { 1 } }, in socket));
        Assert.True(Matches(new SocketFilter { Netns = { 1, 4026531840 } }, in socket));
        Assert.True(Matches(new SocketFilter { Families = { Family.Ipv4 } }, in socket));
        Assert.False(Matches(new SocketFilter { Families = { Family.Ipv6 } }, in socket));
    }

    [Fact]
    public void A_v4_mapped_peer_is_found_by_its_ipv4_block_and_by_the_family_of_its_socket()
    {
        TrackedSocket socket = TestSockets.InCloseWait(1);
        socket.Last.Event.Family = WireValues.AfInet6;
        Assert.True(Matches(new SocketFilter { Peers = { "127.0.0.2" } }, in socket));
        Assert.True(Matches(new SocketFilter { Families = { Family.Ipv6 } }, in socket));
    }

    [Fact]
    public void The_state_is_the_present_one()
    {
        TrackedSocket waiting = TestSockets.InCloseWait(1);
        TrackedSocket ended = TestSockets.Ended(2, isLeftOpen: true);
        SocketFilter filter = new() { States = { TcpState.CloseWait } };
        Assert.True(Matches(filter, in waiting));
        Assert.False(Matches(filter, in ended));
        Assert.True(Matches(new SocketFilter { States = { TcpState.LastAck } }, in ended));
    }

    [Fact]
    public void The_age_is_taken_now_or_at_the_end()
    {
        _facts.Now = 10 * TestSockets.Second;
        TrackedSocket waiting = TestSockets.InCloseWait(1); // since 1 s
        TrackedSocket ended = TestSockets.Ended(2); // from 1 s to 3 s
        Assert.True(Matches(MinAge(9), in waiting));
        Assert.False(Matches(MinAge(10), in waiting));
        Assert.True(Matches(MinAge(2), in ended));
        Assert.False(Matches(MinAge(3), in ended));
    }

    [Fact]
    public void A_cgroup_matches_its_subtree_of_the_socket_or_of_a_holder()
    {
        _facts.Cgroups[5] = "/system.slice/web.service";
        _facts.AddProcess(11, "php", "/usr/bin/php", cgroup: "/user.slice/job");
        TrackedSocket socket = TestSockets.InCloseWait(1);
        socket.Last.Event.CgroupId = 5;
        socket.Holders = [TestSockets.Holder(11, 3, "php")];
        Assert.True(Matches(Cgroup("/system.slice"), in socket));
        Assert.True(Matches(Cgroup("/system.slice/web.service/"), in socket));
        Assert.True(Matches(Cgroup("/"), in socket));
        Assert.True(Matches(Cgroup("/user.slice"), in socket));
        Assert.False(Matches(Cgroup("/system"), in socket));
        Assert.False(Matches(Cgroup("/system.slice/web.service/x"), in socket));

        TrackedSocket unknown = TestSockets.InCloseWait(2);
        Assert.False(Matches(Cgroup("/"), in unknown));
    }

    [Fact]
    public void Matching_allocates_nothing()
    {
        _facts.Cgroups[5] = "/system.slice/web.service";
        SocketPredicate predicate = FilterParser.ParseSockets(
            new SocketFilter
            {
                Pids = { 14, 11 },
                Comms = { "x", "closer" },
                Ports = { 80 },
                Peers = { "127.0.0.0/8", "::1" },
                Cgroups = { "/system.slice" },
                MinAge = new Duration { Seconds = 1 },
            },
            _facts);
        TrackedSocket socket = Involved();
        socket.Last.Event.CgroupId = 5;
        Assert.True(predicate.Matches(in socket));

        Assert.Equal(0, SteadyState.Allocated(() => predicate.Matches(in socket)));
    }

    private static TrackedSocket Involved()
    {
        TrackedSocket socket = TestSockets.InCloseWait(1);
        socket.Holders = [TestSockets.Holder(11, 3, "holder")];
        socket.Last.Record.Origin = WireValues.Actor(12, "origin");
        socket.Last.Record.LastRead = WireValues.Actor(13, "reader");
        socket.Closer = WireValues.Actor(14, "closer");
        socket.HasCloser = true;
        return socket;
    }

    private static SocketFilter MinAge(long seconds) => new() { MinAge = new Duration { Seconds = seconds } };

    private static SocketFilter Cgroup(string path) => new() { Cgroups = { path } };

    private bool Matches(SocketFilter filter, in TrackedSocket socket) => FilterParser.ParseSockets(filter, _facts).Matches(in socket);
}
