// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Api.Filters;
using Tracer.Api.Tests.Given;
using Tracer.Wire;
using Xunit;
using TcpState = Tracer.Wire.TcpState;

namespace Tracer.Api.Tests.Filters;

public class TransitionPredicateTests
{
    private readonly FakeFacts _facts = new();

    [Fact]
    public void The_state_is_the_new_one()
    {
        TcpEvent tcpEvent = TestSockets.Transition(1, TcpState.Established, TcpState.CloseWait);
        Assert.True(Matches(new SocketFilter { States = { CloseWait.V1.TcpState.CloseWait } }, in tcpEvent));
        Assert.False(Matches(new SocketFilter { States = { CloseWait.V1.TcpState.Established } }, in tcpEvent));
    }

    [Fact]
    public void A_pid_is_compared_with_the_owner_and_an_unknown_owner_matches_no_pid()
    {
        TcpEvent tcpEvent = TestSockets.Transition(1, TcpState.Established, TcpState.CloseWait);
        tcpEvent.Owner = WireValues.Actor(7, "nginx");
        Assert.False(Matches(new SocketFilter { Pids = { 7 } }, in tcpEvent));

        tcpEvent.OwnerSource = TcpOwnerSource.Recorded;

        Assert.True(Matches(new SocketFilter { Pids = { 7 } }, in tcpEvent));
        Assert.True(Matches(new SocketFilter { Pids = { 7 }, Comms = { "nginx" } }, in tcpEvent));
        Assert.False(Matches(new SocketFilter { Pids = { 7 }, Comms = { "apache2" } }, in tcpEvent));
        Assert.False(Matches(new SocketFilter { Pids = { 8 } }, in tcpEvent));
    }

    [Fact]
    public void A_cgroup_is_the_sockets()
    {
        _facts.Cgroups[5] = "/system.slice/web.service";
        TcpEvent tcpEvent = TestSockets.Transition(1, TcpState.Established, TcpState.CloseWait);
        Assert.False(Matches(new SocketFilter { Cgroups = { "/system.slice" } }, in tcpEvent));
        tcpEvent.CgroupId = 5;
        Assert.True(Matches(new SocketFilter { Cgroups = { "/system.slice" } }, in tcpEvent));
    }

    private bool Matches(SocketFilter filter, in TcpEvent tcpEvent) =>
        FilterParser.ParseTransitions(filter, _facts).Matches(in tcpEvent);
}
