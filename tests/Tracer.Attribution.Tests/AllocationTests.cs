// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests;

/// <summary>The event path allocates nothing once it has seen as much before.</summary>
[Collection(Alone)]
[CollectionDefinition(Alone, DisableParallelization = true)] // what the heap holds is everybody's
public sealed class AllocationTests
{
    private const string Alone = "allocation";
    private const int Rounds = 5;
    private const int Cycles = 20_000; // in a round
    private const int Open = 500; // sockets in CLOSE_WAIT at any time

    private static readonly Proc Server = new(1000, "server");

    private long _told;

    [Fact]
    public void Entering_using_and_leaving_allocates_nothing()
    {
        SocketLedger ledger = new(new LedgerOptions(), (LedgerChangeKind kind, in TrackedSocket socket) => _told++);
        ScanListener(ledger);
        Assert.Equal(0, AllocatedByCycles(ledger, listenerCookie: 100));
    }

    [Fact]
    public void A_listener_that_no_scan_has_seen_is_remembered_once()
    {
        SocketLedger ledger = new(new LedgerOptions(), (LedgerChangeKind kind, in TrackedSocket socket) => _told++);
        Assert.Equal(0, AllocatedByCycles(ledger, listenerCookie: 200));
        Assert.Equal(1UL, ledger.Counters.Listeners);
    }

    [Fact]
    public void A_socket_on_the_books_takes_so_many_bytes()
    {
        const int sockets = 1 << 14; // a table that doubles has just doubled: nearly the worst case
        SocketLedger ledger = new(new LedgerOptions(), (LedgerChangeKind kind, in TrackedSocket socket) => _told++);
        Conn conn = new Conn(0).Through(100, Server.At(3));
        Enter(ledger, conn, sockets + 1);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (ulong cookie = 1; cookie <= sockets; cookie++)
            Enter(ledger, conn, cookie);
        // What the kernel remembers of it is 500 of them (docs/decisions/0015).
        Assert.InRange((GC.GetTotalMemory(forceFullCollection: true) - before) / sockets, 0, 960);
        Assert.Equal(sockets + 1, ledger.Count);
    }

    private long AllocatedByCycles(SocketLedger ledger, ulong listenerCookie)
    {
        Conn conn = new Conn(0).Through(listenerCookie, Server.At(3));
        for (ulong cookie = 1; cookie <= Open; cookie++)
            Enter(ledger, conn, cookie);
        // The first rounds grow what has to grow, and compile.
        for (ulong cookie = Open + 1; cookie <= 3 * Open; cookie++)
            Cycle(ledger, conn, cookie);
        _told = 0;
        ulong next = (3 * Open) + 1;
        long least = long.MaxValue;
        // The runtime, too, allocates on this thread now and then, when it compiles a loop once more: in one round, never in all.
        for (int round = 0; round < Rounds; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (ulong end = next + Cycles; next < end; next++)
                Cycle(ledger, conn, next);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        Assert.Equal(Open, ledger.Count);
        Assert.InRange(_told, 4L * Rounds * Cycles, long.MaxValue); // entered, updated, aged, exited
        return least;
    }

    // One socket enters, reads its end, and the oldest is closed: each stays for Open cycles, five seconds.
    private static void Cycle(SocketLedger ledger, Conn conn, ulong cookie)
    {
        Enter(ledger, conn, cookie);
        ulong now = TimeOf(cookie);
        TcpSocketEvent e = conn.EofReadBy(Server.At(now + 1)).Use(now + 1);
        ledger.Apply(in e);
        conn.State.Event.Cookie = cookie - Open;
        e = conn.Close(now + 2, Server);
        ledger.Apply(in e);
        ledger.Tick(now + 3);
    }

    private static void Enter(SocketLedger ledger, Conn conn, ulong cookie)
    {
        conn.State.Event.Cookie = cookie;
        conn.State.Event.Shutdown = 1;
        conn.State.Event.UnreadBytes = 1;
        conn.State.Record.EofRead = default;
        conn.State.Record.LastRead = default;
        TcpSocketEvent e = conn.Enter(TimeOf(cookie));
        ledger.Apply(in e);
    }

    private static ulong TimeOf(ulong cookie) => cookie * 10 * Story.Millisecond;

    private static void ScanListener(SocketLedger ledger)
    {
        ledger.BeginScan(1, ScanScope.SocketsAndHolders);
        TcpSocketEvent row = Listener.On(100, "0.0.0.0", 8080).Row(2);
        ledger.ApplyRow(in row);
        ledger.EndScan(3);
    }
}
