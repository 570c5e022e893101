// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Client.Scenes;
using Tracer.Tests.Fake;
using Family = CloseWait.V1.SocketFilter.Types.Family;

namespace Tracer.Tests.Client.Scenes;

/// <summary>Each filter lets the same sockets of a scene through as a daemon would.</summary>
public sealed class SceneFilterTests
{
    private const ulong Pooled = 4711;
    private const ulong Queued = 99;
    private const ulong Existing = 7;
    private const ulong Leaked = 8;

    public static TheoryData<string, ulong[]> Filters => new()
    {
        { "{ }", [Leaked, Queued, Pooled, Existing] },
        { """{ "pids": [ 812 ] }""", [Pooled] },
        { """{ "pids": [ 900 ] }""", [Queued] }, // the listener's
        { """{ "pids": [ 55 ] }""", [Existing] }, // the origin
        { """{ "pids": [ 78, 812 ] }""", [Leaked, Pooled] },
        { """{ "pids": [ 0 ] }""", [] },
        { """{ "comms": [ "python3", "game" ] }""", [Leaked, Queued] },
        { """{ "comms": [ "gam" ] }""", [] },
        { """{ "ports": [ 8888 ] }""", [Leaked, Queued] },
        { """{ "ports": [ 8080 ] }""", [Pooled] },
        { """{ "localPorts": [ 8080 ] }""", [] },
        { """{ "remotePorts": [ 8080, 61000 ] }""", [Pooled, Existing] },
        { """{ "ports": [ 8888 ], "pids": [ 77 ] }""", [Leaked] },
        { """{ "peers": [ "10.0.0.9" ] }""", [Pooled] },
        { """{ "peers": [ "10.0.0.0/24" ] }""", [Leaked, Queued, Pooled] }, // one of them v4-mapped
        { """{ "peers": [ "::ffff:10.0.0.0/120" ] }""", [Leaked, Queued, Pooled] },
        { """{ "peers": [ "::ffff:10.0.0.9" ] }""", [Pooled] },
        { """{ "peers": [ "2001:db8::/32" ] }""", [Existing] },
        { """{ "peers": [ "0.0.0.0/0" ] }""", [Leaked, Queued, Pooled] },
        { """{ "states": [ "TCP_STATE_CLOSE" ] }""", [] },
        { """{ "minAge": "300s" }""", [Pooled, Existing] },
        { """{ "netns": [ 4026532000 ] }""", [Existing] },
        { """{ "cgroups": [ "/system.slice" ] }""", [Pooled] },
        { """{ "cgroups": [ "/system.slice/apache2.service/" ] }""", [Pooled] },
        { """{ "cgroups": [ "/system" ] }""", [] },
        { """{ "cgroups": [ "/" ] }""", [Pooled] },
        { """{ "directions": [ "DIRECTION_INBOUND" ] }""", [Leaked, Queued] },
        { """{ "families": [ "FAMILY_IPV6" ] }""", [Queued, Existing] },
        { """{ "verdicts": [ "VERDICT_EOF_NOT_READ", "VERDICT_NEVER_ACCEPTED" ] }""", [Queued, Pooled] },
        { """{ "cookies": [ "8" ] }""", [Leaked] },
    };

    [Theory]
    [MemberData(nameof(Filters))]
    public void A_filter_lets_through(string filter, ulong[] cookies)
    {
        var predicate = new SceneFilter(SocketFilter.Parser.ParseJson(filter));
        Assert.Equal(cookies, Samples.All().Where(predicate.Matches).Select(socket => socket.Cookie));
    }

    [Fact]
    public void A_socket_without_family_or_address_matches_no_filter_of_them()
    {
        Assert.False(new SceneFilter(new SocketFilter { Families = { Family.Ipv4 } }).Matches(new SocketRecord()));
        Assert.False(new SceneFilter(new SocketFilter { Peers = { "0.0.0.0/0" } }).Matches(new SocketRecord()));
        Assert.False(new SceneFilter(new SocketFilter { Cgroups = { "/" } }).Matches(new SocketRecord()));
    }
}
