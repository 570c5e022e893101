// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests.Scenarios;

/// <summary>Client and server on one host: the FIN is handled in the client's context, and the client is not the owner.</summary>
public sealed class Loopback
{
    private static readonly Proc Server = new(1000, "server");
    private static readonly Proc Client = new(2000, "client");

    private readonly Story _story = new();

    [Fact]
    public void Both_ends_are_two_sockets_with_their_own_processes()
    {
        Conn serverEnd = new Conn(1).Local("127.0.0.1", 8080).Remote("127.0.0.1", 40_000).Origin(TcpOrigin.Accept, Server.At(5));
        Conn clientEnd = new Conn(2).Local("127.0.0.1", 40_000).Remote("127.0.0.1", 8080).Direction(TcpDirection.Outbound)
            .Origin(TcpOrigin.Connect, Client.At(4));
        _story.Apply(serverEnd.Enter(_story.Now)).Apply(clientEnd.Enter(_story.Now)).After(60 * Story.Millisecond);
        _story.Scan([Listener.On(100, "127.0.0.1", 8080), serverEnd, clientEnd],
            rows => rows.Held(serverEnd, Server, 5).Held(clientEnd, Client, 3));
        Story.IsHeldBy(_story.Books[serverEnd.Key], Server.Holding(5));
        Story.IsHeldBy(_story.Books[clientEnd.Key], Client.Holding(3));
        Assert.Equal(100UL, _story.Books[serverEnd.Key].Listener!.Cookie);
        Assert.Null(_story.Books[clientEnd.Key].Listener);
        Assert.Equal(TcpOrigin.Connect, _story.Books[clientEnd.Key].OriginKind);
        Assert.All(_story.Books.Values, socket => Assert.Equal(Verdict.EofNotRead, socket.Verdict));
    }

    [Fact]
    public void A_reset_that_runs_in_the_peers_context_has_no_closer()
    {
        Conn serverEnd = new Conn(1).Origin(TcpOrigin.Accept, Server.At(5));
        _story.Apply(serverEnd.Enter(_story.Now));
        // Even if a hook mistook the peer's context for the socket's own.
        serverEnd.By(Client.At(_story.Now));
        _story.Apply(serverEnd.Fail(_story.Now, error: 32));
        Assert.Equal(EndReason.ResetByPeer, _story.Last.End);
        Assert.False(_story.Last.HasCloser);
        Assert.True(_story.Last.DescriptorLeftOpen);
    }
}
