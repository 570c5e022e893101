// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests.Scenarios;

/// <summary>A master opens the listener, workers inherit it and accept: the socket is the worker's, the listener is everybody's.</summary>
public sealed class PreFork
{
    private static readonly Proc Master = new(1000, "apache2", 1_000);
    private static readonly Proc FirstWorker = new(1001, "apache2", 2_000);
    private static readonly Proc SecondWorker = new(1002, "apache2", 2_500);

    private readonly Story _story = new();
    private readonly Conn _listener = Listener.On(100, "::", 80, family: 10, opener: Master.At(10));

    [Fact]
    public void The_worker_that_accepted_holds_it_and_the_master_opened_the_listener()
    {
        Conn conn = new Conn(1).Local("192.0.2.1", 80).Family(10).Through(100, Master.At(10)).Origin(TcpOrigin.Accept, SecondWorker.At(20));
        _story.Apply(conn.Enter(_story.Now)).After(60 * Story.Millisecond);
        _story.Scan([_listener, conn], rows => rows
            .Held(_listener, Master, 4).Held(_listener, FirstWorker, 4).Held(_listener, SecondWorker, 4).Held(conn, SecondWorker, 9));
        TrackedSocket socket = _story.Last;
        Story.IsHeldBy(socket, SecondWorker.Holding(9));
        Assert.Equal(SecondWorker.Key, ProcessKey.Of(socket.Last.Record.Origin));
        Assert.Equal(Master.Key, ProcessKey.Of(socket.Listener!.Opener));
        Assert.Equal([Master.Holding(4), FirstWorker.Holding(4), SecondWorker.Holding(4)], socket.Listener.Holders);
    }

    [Fact]
    public void A_worker_that_ends_leaves_the_listener_to_the_others()
    {
        Conn waiting = new Conn(1).Local("192.0.2.1", 80).Family(10).Through(100, Master.At(10)).InQueue();
        _story.Apply(waiting.Enter(_story.Now)).After(60 * Story.Millisecond);
        _story.Scan([_listener, waiting], rows => rows.Held(_listener, Master, 4).Held(_listener, FirstWorker, 4)).Forget();
        _story.Exits(FirstWorker);
        Assert.Equal([Master.Holding(4)], _story.Only(LedgerChangeKind.Updated).Listener!.Holders);
    }
}
