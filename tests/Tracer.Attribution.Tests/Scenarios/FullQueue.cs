// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution.Tests.Scenarios;

/// <summary>An accept queue is full before any client has given up: nothing is stuck yet, and the queue is known all the same.</summary>
public sealed class FullQueue
{
    private static readonly Proc Server = new(1200, "tornado");

    private readonly Story _story = new();
    private readonly Conn _listener = Listener.On(100, "0.0.0.0", 8080, opener: Server.At(3)).WithQueue(129, 128);

    [Fact]
    public void Every_listener_of_the_last_scan_is_known_also_without_stuck_sockets()
    {
        Assert.Empty(_story.Ledger.CopyListeners());
        _story.Scan([_listener, Listener.On(101, "0.0.0.0", 8081)], rows => rows.Held(_listener, Server, 6));
        ListenerFacts[] listeners = _story.Ledger.CopyListeners();
        Assert.Equal([(8080, 129u, 128u), (8081, 0u, 128u)], listeners.Select(one => ((int)one.LocalPort, one.QueueLength, one.QueueLimit)));
        Assert.Equal([Server.Holding(6)], listeners[0].Holders);
    }

    [Fact]
    public void A_copy_stays_as_it_was_and_the_next_one_is_new()
    {
        _story.Scan([_listener]);
        ListenerFacts[] before = _story.Ledger.CopyListeners();
        _story.Scan([_listener.WithQueue(0, 128)]);
        Assert.Equal((129u, 0u), (before[0].QueueLength, _story.Ledger.CopyListeners()[0].QueueLength));
        _story.Scan([]);
        Assert.Empty(_story.Ledger.CopyListeners());
    }
}
