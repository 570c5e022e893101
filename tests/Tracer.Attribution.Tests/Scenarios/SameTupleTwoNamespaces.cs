// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests.Scenarios;

/// <summary>Two containers use the same addresses and ports.</summary>
public sealed class SameTupleTwoNamespaces
{
    private const uint OtherNetns = 4026532999;

    private static readonly Proc Host = new(1000, "host");
    private static readonly Proc Container = new(2000, "container");

    private readonly Story _story = new();
    private readonly Conn _host = new(1);
    private readonly Conn _container = new(2, OtherNetns);

    public SameTupleTwoNamespaces()
    {
        _container.State.Event.RemotePort = _host.State.Event.RemotePort;
        _story.Apply(_host.Enter(_story.Now)).Apply(_container.Enter(_story.Now)).After(60 * Story.Millisecond);
    }

    [Fact]
    public void Each_has_its_own_holder()
    {
        Scan();
        Story.IsHeldBy(_story.Books[_host.Key], Host.Holding(5));
        Story.IsHeldBy(_story.Books[_container.Key], Container.Holding(5));
    }

    [Fact]
    public void The_end_of_one_leaves_the_other()
    {
        _story.Apply(_container.Close(_story.Now, Container));
        Assert.Equal([_host.Key], _story.Books.Keys);
    }

    [Fact]
    public void The_same_cookie_in_another_namespace_is_another_socket()
    {
        Conn same = new(1, OtherNetns);
        _story.Apply(same.Enter(_story.Now));
        Assert.Equal(3, _story.Ledger.Count);
        _story.Apply(same.Close(_story.Now, Container));
        Assert.True(_story.Books[_host.Key].InCloseWait);
    }

    [Fact]
    public void A_scan_that_did_not_look_into_a_namespace_ends_nothing_there()
    {
        _story.After(Story.Second).Scan([_host], netns: [Conn.HostNetns]);
        Assert.True(_story.Books.ContainsKey(_container.Key));
        _story.After(Story.Second).Scan([_host], netns: [Conn.HostNetns, OtherNetns]);
        Assert.False(_story.Books.ContainsKey(_container.Key));
    }

    [Fact]
    public void The_first_look_into_a_namespace_finds_what_existed_not_what_was_lost()
    {
        _story.After(Story.Second).Scan([_host], netns: [Conn.HostNetns]).Forget();
        Conn old = new(9, 55);
        old.State.Event.NewState = TcpState.CloseWait;
        _story.Scan([_host, old], netns: [Conn.HostNetns, 55]);
        Assert.Equal(LedgerChangeKind.Existing, _story.Told[^1].Kind);
        Assert.Equal(0UL, _story.Ledger.Counters.EntriesFoundByScan);
    }

    private void Scan() => _story.Scan(
        [_host, _container],
        rows => rows.Held(_host, Host, 5).Held(_container, Container, 5),
        netns: [Conn.HostNetns, OtherNetns]);
}
