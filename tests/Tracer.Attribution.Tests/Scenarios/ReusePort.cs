// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests.Scenarios;

/// <summary>Several listeners share one port: none is blamed unless it is the one.</summary>
public sealed class ReusePort
{
    private static readonly Proc First = new(1001, "worker", 2_000);
    private static readonly Proc Second = new(1002, "worker", 2_500);

    private readonly Story _story = new();
    private readonly Conn _firstListener = Listener.On(101, "0.0.0.0", 8080);
    private readonly Conn _secondListener = Listener.On(102, "0.0.0.0", 8080);

    [Fact]
    public void The_cookie_decides()
    {
        Assert.Equal(102UL, Scanned(new Conn(1).Through(102)).Listener!.Cookie);
    }

    [Fact]
    public void Without_a_cookie_the_acceptors_own_listener_is_named()
    {
        Assert.Equal(102UL, Scanned(new Conn(1).Origin(TcpOrigin.Accept, Second.At(20))).Listener!.Cookie);
    }

    [Fact]
    public void The_first_user_need_not_be_the_acceptor()
    {
        Assert.Null(Scanned(new Conn(1).Origin(TcpOrigin.Adopted, Second.At(20))).Listener);
    }

    [Fact]
    public void Without_either_no_listener_is_blamed()
    {
        TrackedSocket socket = Scanned(new Conn(1).Direction(TcpDirection.Unknown));
        Assert.Null(socket.Listener);
        Assert.Equal(TcpDirection.Inbound, socket.Direction);
    }

    [Fact]
    public void An_acceptor_that_inherited_all_listeners_decides_nothing()
    {
        Conn conn = new Conn(1).Origin(TcpOrigin.Accept, Second.At(20));
        Enter(conn);
        _story.Scan([_firstListener, _secondListener, conn], rows => rows.Held(_firstListener, Second, 3).Held(_secondListener, Second, 4));
        Assert.Null(_story.Books[conn.Key].Listener);
    }

    [Fact]
    public void The_bound_address_goes_before_the_wildcard()
    {
        Conn bound = Listener.On(103, "192.0.2.1", 8080);
        Conn conn = new(1);
        Enter(conn);
        _story.Scan([_firstListener, _secondListener, bound, conn]);
        Assert.Equal(103UL, _story.Books[conn.Key].Listener!.Cookie);
    }

    [Theory]
    [InlineData("::", 10, "192.0.2.1", 10, true)] // a v4-mapped peer of a dual-stack listener
    [InlineData("::", 10, "2001:db8::1", 10, true)]
    [InlineData("::", 10, "192.0.2.1", 2, false)] // an IPv4 socket never came through an IPv6 listener
    [InlineData("0.0.0.0", 2, "192.0.2.1", 10, false)]
    [InlineData("0.0.0.0", 10, "2001:db8::1", 10, false)] // ::ffff:0.0.0.0 takes IPv4 only
    [InlineData("0.0.0.0", 10, "192.0.2.1", 10, true)]
    [InlineData("2001:db8::2", 10, "2001:db8::1", 10, false)]
    [InlineData("0.0.0.0", 2, "192.0.2.1", 2, true)]
    public void Families_and_wildcards_decide_what_fits(string listenerAddress, byte listenerFamily, string address, byte family, bool isServed)
    {
        Conn listener = Listener.On(100, listenerAddress, 8080, listenerFamily);
        Conn conn = new Conn(1).Local(address, 8080).Family(family).Direction(TcpDirection.Unknown);
        Enter(conn);
        _story.Scan([listener, conn]);
        Assert.Equal(isServed ? 100UL : null, _story.Books[conn.Key].Listener?.Cookie);
        Assert.Equal(isServed ? TcpDirection.Inbound : TcpDirection.Unknown, _story.Books[conn.Key].Direction);
    }

    [Fact]
    public void A_client_socket_on_a_servers_port_has_no_listener()
    {
        Conn conn = new Conn(1).Direction(TcpDirection.Outbound);
        Enter(conn);
        _story.Scan([_firstListener, conn]);
        Assert.Null(_story.Books[conn.Key].Listener);
        Assert.Equal(TcpDirection.Outbound, _story.Books[conn.Key].Direction);
    }

    [Fact]
    public void A_listener_of_another_namespace_is_not_blamed()
    {
        Conn foreign = Listener.On(100, "0.0.0.0", 8080, netns: 77);
        Conn conn = new Conn(1).Direction(TcpDirection.Unknown);
        Enter(conn);
        _story.Scan([foreign, conn], netns: [Conn.HostNetns, 77]);
        Assert.Null(_story.Books[conn.Key].Listener);
        Assert.Equal(TcpDirection.Unknown, _story.Books[conn.Key].Direction);
    }

    [Fact]
    public void A_restarted_server_is_not_blamed_for_the_sockets_of_the_old_one()
    {
        Conn old = new Conn(1).Direction(TcpDirection.Unknown);
        old.State.Event.NewState = TcpState.CloseWait;
        _story.Scan([old]).After(Story.Second);
        Conn restarted = Listener.On(200, "0.0.0.0", 8080, opener: Second.At(_story.Now));
        _story.After(Story.Second).Scan([restarted, old]);
        Assert.Null(_story.Books[old.Key].Listener);
    }

    [Fact]
    public void A_closed_listener_stays_known_to_its_sockets()
    {
        Conn conn = new Conn(1).Through(101);
        Enter(conn);
        _story.Scan([_firstListener, conn]).After(Story.Second).Scan([conn]);
        Assert.Equal(8080, _story.Books[conn.Key].Listener!.LocalPort);
    }

    private void Enter(Conn conn) => _story.Apply(conn.Enter(_story.Now)).After(60 * Story.Millisecond);

    private TrackedSocket Scanned(Conn conn)
    {
        Enter(conn);
        _story.Scan([_firstListener, _secondListener, conn], rows => rows.Held(_firstListener, First, 3).Held(_secondListener, Second, 3));
        return _story.Books[conn.Key];
    }
}
