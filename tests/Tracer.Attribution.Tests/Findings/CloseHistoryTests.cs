// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Tracer.Attribution.Findings;
using Tracer.Attribution.Findings.History;
using Tracer.Attribution.Findings.Origins;
using Tracer.Wire;
using static Tracer.Attribution.Tests.Story;

namespace Tracer.Attribution.Tests.Findings;

public sealed class CloseHistoryTests
{
    private const ulong Begin = 1_000 * Second;

    private readonly Names _names = new();
    private readonly CloseHistory _history;
    private readonly Proc _server;
    private readonly ulong _stack;

    public CloseHistoryTests()
    {
        _history = new CloseHistory(_names);
        _server = _names.Process(50, "server", "/srv/server");
        _stack = _names.Stack(1, "accept4", "serve server.c:10");
    }

    [Fact]
    public void Ends_are_counted_by_their_reason_and_place()
    {
        Close(Socket(_server, _stack), after: Second);
        Close(Socket(_server, _stack), after: 3 * Second);
        Close(Socket(_server, _stack), after: Second, EndReason.ResetByPeer);
        Close(Socket(_server, _names.Stack(2, "accept4", "admin server.c:99")), after: Second);
        CloseTally tally = Read("serve (server.c:10)");
        Assert.Equal(3UL, tally.Gone);
        Assert.Equal(2UL, tally.Ends.ToDictionary()[EndReason.Closed]);
        Assert.Equal(1UL, tally.Ends.ToDictionary()[EndReason.ResetByPeer]);
        Assert.InRange(tally.MedianNs!.Value, 900 * Millisecond, 1100 * Millisecond);
        Assert.Equal(3 * Second, tally.SlowestNs);
        Assert.Equal(1UL, Read("admin (server.c:99)").Gone);
        Assert.Equal(3UL, _history.Read([]).Ends[EndReason.Closed]);
        Assert.Equal(2, _history.Count);
    }

    [Fact]
    public void A_descriptor_left_open_is_outstanding_until_it_is_released()
    {
        TrackedSocket socket = Socket(_server, _stack);
        socket.DescriptorLeftOpen = true;
        Close(socket, after: Second, EndReason.ResetByPeer);
        Assert.Equal((0UL, 1UL), (Read("serve (server.c:10)").Gone, Read("serve (server.c:10)").Ends.ToDictionary()[EndReason.ResetByPeer]));
        (socket.DescriptorLeftOpen, socket.End, socket.EndKtimeNs) = (false, EndReason.ResetByPeer, Begin + Second);
        _history.Note(LedgerChangeKind.Released, in socket);
        Assert.Equal((1UL, 1UL), (Read("serve (server.c:10)").Gone, Read("serve (server.c:10)").Ends.ToDictionary()[EndReason.ResetByPeer]));
    }

    [Fact]
    public void One_that_nothing_more_will_be_told_of_is_gone()
    {
        TrackedSocket socket = Socket(_server, _stack);
        (socket.DescriptorLeftOpen, socket.IsDropped) = (true, true);
        Close(socket, after: Second, EndReason.ResetByPeer);
        Assert.Equal(1UL, Read("serve (server.c:10)").Gone);
    }

    [Theory]
    [InlineData(LedgerChangeKind.Entered)]
    [InlineData(LedgerChangeKind.Existing)]
    [InlineData(LedgerChangeKind.Updated)]
    [InlineData(LedgerChangeKind.Aged)]
    public void Only_ends_are_noted(LedgerChangeKind kind)
    {
        TrackedSocket socket = Socket(_server, _stack);
        _history.Note(kind, in socket);
        Assert.Equal(0, _history.Count);
    }

    [Fact]
    public void Workers_of_one_service_share_their_numbers()
    {
        Proc[] workers = [_names.Process(51, "server", "/srv/server", _server), _names.Process(52, "server", "/srv/server", _server)];
        Close(Socket(workers[0], _stack), after: Second);
        Close(Socket(workers[1], _names.Stack(3, "accept4", "serve server.c:10")), after: Second);
        Assert.Equal(2UL, Read("serve (server.c:10)").Gone);
        Assert.Equal(1, _history.Count);
    }

    [Fact]
    public void What_ended_before_its_names_were_known_is_counted_with_the_rest_once_they_are()
    {
        Proc stranger = new(77, "late");
        Close(Socket(stranger, 40), after: Second);
        Close(Socket(stranger, 41), after: Second);
        _names.Process(77, "late", "/srv/late"); // another start time: still not this one
        Assert.Equal(2, _history.Count);
        Proc late = _names.Process(78, "late", "/srv/late");
        Close(Socket(late, 40), after: Second);
        _names.Stack(40, "accept4", "serve late.c:1");
        Close(Socket(late, 40), after: 4 * Second); // asked again
        Close(Socket(late, 41), after: Second);
        _names.Stack(41, "accept4", "serve late.c:1");
        Assert.Equal(3UL, Read("serve (late.c:1)", late).Gone);
    }

    [Fact]
    public void A_place_that_gets_a_better_name_is_found_by_it_after_a_while()
    {
        Close(Socket(_server, _stack), after: Second);
        _names.Stack(1, "accept4", "serve server.c:12");
        Close(Socket(_server, _stack), after: 40 * Second);
        Assert.Equal(1UL, Read("serve (server.c:12)").Gone);
    }

    [Fact]
    public void Of_unknown_origin_the_listener_and_the_holders_tell()
    {
        TrackedSocket socket = Socket(_server, _stack);
        socket.Last.Record.Origin = default;
        socket.OriginKind = TcpOrigin.Existed;
        socket.Holders = [_server.Holding(4)];
        socket.Listener = new ListenerFacts { Cookie = 9, LocalAddress = Conn.Address("0.0.0.0"), LocalPort = 8080 };
        Close(socket, after: Second);
        Assert.Equal(1UL, Read("listener 0.0.0.0:8080").Gone);
        socket.Direction = TcpDirection.Outbound;
        Close(socket, after: Second);
        Assert.Equal(1UL, Read(OriginNames.Existed).Gone);
    }

    [Fact]
    public void The_number_of_places_is_bounded_and_the_least_recent_are_forgotten()
    {
        int limit = _history.Limit;
        for (uint i = 0; i < limit + 10; i++)
            Close(Socket(_names.Process(1000 + i, "x", "/x"), _stack), after: Second + i * Millisecond);
        Assert.InRange(_history.Count, limit / 2, limit);
        Assert.Equal((ulong)(limit + 10 - _history.Count), _history.Evicted);
        Assert.Equal(0UL, Read("serve (server.c:10)", _names.Process(1000, "x", "/x")).Gone);
        Assert.Equal(1UL, Read("serve (server.c:10)", _names.Process(1000 + (uint)limit + 9, "x", "/x")).Gone);
    }

    [Fact]
    public void Strangers_without_end_stay_within_the_bound_too()
    {
        for (uint i = 0; i < 3 * _history.Limit; i++)
            Close(Socket(new Proc(1000 + i, "x"), i), after: Second + i * Millisecond);
        Assert.InRange(_history.Count, 1, _history.Limit);
        Assert.Equal((ulong)(3 * _history.Limit - _history.Count), _history.Evicted);
    }

    [Fact]
    public void Readers_may_ask_while_it_notes()
    {
        using CancellationTokenSource stop = new();
        ulong noted = 0;
        int failures = 0;
        Thread[] readers = [.. Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                ulong least = Volatile.Read(ref noted);
                if (Read("serve (server.c:10)").Gone < least)
                    Interlocked.Increment(ref failures);
            }
        }))];
        foreach (Thread reader in readers)
            reader.Start();
        TrackedSocket socket = Socket(_server, _stack);
        for (ulong i = 0; i < 50_000; i++)
        {
            Close(socket, after: i * Millisecond);
            Volatile.Write(ref noted, i);
        }
        stop.Cancel();
        foreach (Thread reader in readers)
            reader.Join();
        Assert.Equal(0, failures);
        Assert.Equal(50_000UL, Read("serve (server.c:10)").Gone);
    }

    [Fact]
    public void An_end_costs_little_and_allocates_nothing()
    {
        const int ends = 10_000;
        const int rounds = 30;
        TrackedSocket socket = Socket(_server, _stack);
        (socket.InCloseWait, socket.End) = (false, EndReason.Closed);
        NoteMany(ref socket, ends); // compiles, and resolves names
        double best = double.MaxValue;
        long least = long.MaxValue;
        for (int round = 0; round < rounds; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            long start = Stopwatch.GetTimestamp();
            NoteMany(ref socket, ends);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / ends);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before); // the runtime's own do not come in every round
        }
        Assert.Equal(0, least);
        TestContext.Current.TestOutputHelper!.WriteLine($"CloseHistory.Note: {best:0} ns per end in the best of {rounds} rounds");
    }

    private void NoteMany(ref TrackedSocket socket, int count)
    {
        for (int i = 0; i < count; i++)
        {
            socket.EndKtimeNs = socket.EnterKtimeNs + (ulong)(i % 5000) * 1000;
            _history.Note(LedgerChangeKind.Exited, in socket);
        }
    }

    private static TrackedSocket Socket(Proc owner, ulong stack)
    {
        TrackedSocket socket = new()
        {
            Key = new SocketKey(1, Conn.HostNetns),
            EnterKtimeNs = Begin,
            Holders = [],
            Direction = TcpDirection.Inbound,
            OriginKind = TcpOrigin.Accept,
        };
        socket.Last.Event.LocalPort = 8080;
        socket.Last.Record.Origin = owner.At(Begin - Second, stackId: stack);
        return socket;
    }

    private void Close(TrackedSocket socket, ulong after, EndReason reason = EndReason.Closed)
    {
        (socket.InCloseWait, socket.End, socket.EndKtimeNs) = (false, reason, Begin + after);
        _history.Note(LedgerChangeKind.Exited, in socket);
    }

    private CloseTally Read(string site, Proc? group = null)
    {
        HistoryKey key = new((group ?? _server).Key, site);
        return _history.Read([key]).Tallies.GetValueOrDefault(key) ?? new CloseTally();
    }
}
