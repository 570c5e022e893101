// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Tracer.Api.Filters;
using Tracer.Api.Findings;
using Tracer.Api.Tests.Given;
using Tracer.Attribution;
using Xunit;
using Direction = CloseWait.V1.Direction;
using Family = CloseWait.V1.SocketFilter.Types.Family;
using Verdict = CloseWait.V1.Verdict;

namespace Tracer.Api.Tests.Filters;

public class FilterParserTests
{
    private static readonly IFactSource Facts = new FakeFacts();

    public static TheoryData<string, string, SocketFilter> BadFilters => new()
    {
        { "filter.pids", "0 is not a process id", new SocketFilter { Pids = { 7, 0 } } },
        { "filter.comms", "1 to 15 bytes", new SocketFilter { Comms = { "" } } },
        { "filter.comms", "1 to 15 bytes", new SocketFilter { Comms = { "sixteen-bytes-xx" } } },
        { "filter.ports", "70000 is not a port", new SocketFilter { Ports = { 70000 } } },
        { "filter.ports", "0 is not a port", new SocketFilter { Ports = { 0 } } },
        { "filter.local_ports", "65536 is not a port", new SocketFilter { LocalPorts = { 80, 65536 } } },
        { "filter.remote_ports", "4294967295 is not a port", new SocketFilter { RemotePorts = { uint.MaxValue } } },
        { "filter.peers", "\"10.0.0.0/33\" is not an address or a CIDR block", new SocketFilter { Peers = { "10.0.0.0/33" } } },
        { "filter.states", "99 is not a TCP state", new SocketFilter { States = { (TcpState)99 } } },
        { "filter.states", "0 is not a TCP state", new SocketFilter { States = { TcpState.Unspecified } } },
        { "filter.min_age", "between 0 and", new SocketFilter { MinAge = new Duration { Seconds = -1 } } },
        { "filter.min_age", "between 0 and", new SocketFilter { MinAge = new Duration { Nanos = -1 } } },
        { "filter.min_age", "between 0 and", new SocketFilter { MinAge = new Duration { Nanos = 1_000_000_000 } } },
        { "filter.min_age", "between 0 and", new SocketFilter { MinAge = new Duration { Seconds = long.MaxValue } } },
        { "filter.min_age", "between 0 and", new SocketFilter { MinAge = new Duration { Seconds = long.MinValue } } },
        { "filter.netns", "0 is not the inode number", new SocketFilter { Netns = { 0 } } },
        { "filter.cgroups", "must start with /", new SocketFilter { Cgroups = { "system.slice" } } },
        { "filter.cgroups", "must start with /", new SocketFilter { Cgroups = { "" } } },
        { "filter.directions", "-1 is not a direction", new SocketFilter { Directions = { (Direction)(-1) } } },
        { "filter.families", "3 is not an address family", new SocketFilter { Families = { (Family)3 } } },
        { "filter.pids", "257 values are more than the 256 allowed", new SocketFilter { Pids = { Enumerable.Range(1, 257).Select(static i => (uint)i) } } },
        { "filter.verdicts", "0 is not a verdict", new SocketFilter { Verdicts = { Verdict.Unspecified } } },
        { "filter.verdicts", "10 is not a verdict", new SocketFilter { Verdicts = { (Verdict)10 } } },
        { "filter.verdicts", "-1 is not a verdict", new SocketFilter { Verdicts = { (Verdict)(-1) } } },
        { "filter.verdicts", "257 values", new SocketFilter { Verdicts = { Enumerable.Repeat(Verdict.EofNotRead, 257) } } },
        { "filter.cookies", "0 is not a socket cookie", new SocketFilter { Cookies = { 5, 0 } } },
        { "filter.cookies", "257 values", new SocketFilter { Cookies = { Enumerable.Range(1, 257).Select(static i => (ulong)i) } } },
        { "filter.peers", "257 values", new SocketFilter { Peers = { Enumerable.Repeat("::1", 257) } } },
    };

    [Theory]
    [MemberData(nameof(BadFilters))]
    public void A_bad_value_is_refused_for_findings_too(string field, string problem, SocketFilter filter)
    {
        RpcException refused = Assert.Throws<RpcException>(() => FilterParser.ParseFindings(filter, null, Facts));

        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.StartsWith(field + ": ", refused.Status.Detail, StringComparison.Ordinal);
        Assert.Contains(problem, refused.Status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(BadFilters))]
    public void A_bad_value_is_refused_in_one_line_that_names_the_field(string field, string problem, SocketFilter filter)
    {
        RpcException refused = Assert.Throws<RpcException>(() => FilterParser.ParseSockets(filter, Facts));

        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.StartsWith(field + ": ", refused.Status.Detail, StringComparison.Ordinal);
        Assert.Contains(problem, refused.Status.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Status.Detail);
    }

    [Fact]
    public void A_quoted_value_cannot_bring_control_bytes_or_a_novel_into_the_message()
    {
        SocketFilter filter = new() { Peers = { "\u001b[31mred\n" + new string('x', 5000) } };

        RpcException refused = Assert.Throws<RpcException>(() => FilterParser.ParseSockets(filter, Facts));

        Assert.DoesNotContain(refused.Status.Detail, char.IsControl);
        Assert.True(refused.Status.Detail.Length < 200);
    }

    [Fact]
    public void No_filter_and_an_empty_filter_match_everything()
    {
        Assert.True(FilterParser.ParseSockets(null, Facts).MatchesEverything);
        Assert.True(FilterParser.ParseSockets(new SocketFilter(), Facts).MatchesEverything);
        Assert.Equal(TransitionInterest.AllStates, FilterParser.ParseTransitions(null, Facts).StateMask);
    }

    public static TheoryData<string, SocketFilter> FiltersOfSockets => new()
    {
        { "filter.min_age", new SocketFilter { MinAge = new Duration { Seconds = 1 } } },
        { "filter.verdicts", new SocketFilter { Verdicts = { Verdict.EofNotRead } } },
        { "filter.cookies", new SocketFilter { Cookies = { 7 } } },
    };

    [Theory]
    [MemberData(nameof(FiltersOfSockets))]
    public void What_only_a_socket_has_cannot_be_asked_of_a_state_change(string field, SocketFilter filter)
    {
        RpcException refused = Assert.Throws<RpcException>(() => FilterParser.ParseTransitions(filter, Facts));

        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.StartsWith($"{field}: is for sockets in CLOSE_WAIT, not for state changes", refused.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Verdicts_are_asked_of_findings_and_all_else_of_their_sockets()
    {
        SocketFilter filter = new() { Verdicts = { Verdict.SlowClose, Verdict.EofNotRead }, Cookies = { 7 } };
        FindingQuery query = FilterParser.ParseFindings(filter, new Duration { Seconds = 1, Nanos = 5 }, Facts);

        Assert.Equal((1u << (int)Verdict.SlowClose) | (1u << (int)Verdict.EofNotRead), query.VerdictMask);
        Assert.Equal(1_000_000_005ul, query.MinAgeNs);
        TrackedSocket socket = TestSockets.InCloseWait(7);
        TrackedSocket other = TestSockets.InCloseWait(8);
        Assert.True(query.Sockets!.Matches(in socket));
        Assert.False(query.Sockets.Matches(in other));
        Assert.Equal(2, filter.Verdicts.Count);
        Assert.Equal(3_000_000_000ul, FilterParser.ParseFindings(null, null, Facts).MinAgeNs);
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(long.MaxValue, 0)]
    [InlineData(0, -1)]
    [InlineData(0, 1_000_000_000)]
    public void An_age_of_findings_must_be_one(long seconds, int nanos) =>
        Assert.StartsWith(
            "min_age: is not between 0 and",
            Assert.Throws<RpcException>(() => FilterParser.ParseFindings(null, new Duration { Seconds = seconds, Nanos = nanos }, Facts)).Status.Detail,
            StringComparison.Ordinal);

    [Fact]
    public void The_interest_of_a_watcher_says_what_the_kernel_can_tell_apart()
    {
        SocketFilter filter = new()
        {
            Pids = { 7, 7, 8 },
            Ports = { 443 },
            LocalPorts = { 80 },
            RemotePorts = { 3306 },
            States = { TcpState.CloseWait, TcpState.LastAck },
            Netns = { 4026531840 },
            Families = { Family.Ipv6 },
        };

        TransitionInterest interest = FilterParser.ParseTransitions(filter, Facts).Interest;

        Assert.Equal((1u << 8) | (1u << 9), interest.StateMask);
        Assert.Equal([7u, 8u], interest.Pids);
        Assert.Equal([(ushort)443], interest.AnyPorts);
        Assert.Equal([(ushort)80], interest.LocalPorts);
        Assert.Equal([(ushort)3306], interest.RemotePorts);
        Assert.Equal([4026531840u], interest.Netns);
        Assert.Equal([WireValues.AfInet6], interest.Families);
    }
}
