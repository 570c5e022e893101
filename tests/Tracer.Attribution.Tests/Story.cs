// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests;

internal readonly record struct Told(LedgerChangeKind Kind, TrackedSocket Socket);

/// <summary>A ledger, a clock that only moves forward, and all that the ledger told.</summary>
internal sealed class Story
{
    public const ulong Millisecond = 1_000_000;
    public const ulong Second = 1_000_000_000;

    private readonly List<Told> _told = [];
    private readonly Dictionary<SocketKey, TrackedSocket> _books = [];

    public Story(LedgerOptions? options = null)
    {
        Ledger = new SocketLedger(options ?? new LedgerOptions(), (LedgerChangeKind kind, in TrackedSocket socket) =>
        {
            _told.Add(new Told(kind, socket));
            bool isKept = socket.InCloseWait || (socket.DescriptorLeftOpen && !socket.IsDropped);
            if (isKept)
                _books[socket.Key] = socket;
            else
                _books.Remove(socket.Key);
        });
    }

    public SocketLedger Ledger { get; }

    public ulong Now { get; private set; } = 1_000 * Second;

    public IReadOnlyList<Told> Told => _told;

    /// <summary>What a client that heard everything believes.</summary>
    public IReadOnlyDictionary<SocketKey, TrackedSocket> Books => _books;

    public TrackedSocket Last => _told[^1].Socket;

    /// <summary>Each change of a verdict that was told, of all sockets.</summary>
    public IEnumerable<Verdict> Verdicts => _told.Where((told, index) => index == 0 || told.Socket.Verdict != _told[index - 1].Socket.Verdict)
        .Select(told => told.Socket.Verdict);

    public IEnumerable<LedgerChangeKind> Kinds => _told.Select(told => told.Kind);

    public Story After(ulong ns)
    {
        Now += ns;
        Ledger.Tick(Now);
        return this;
    }

    public Story Apply(TcpSocketEvent e)
    {
        Ledger.Apply(in e);
        return this;
    }

    public Story Exits(Proc process)
    {
        TcpProcessExit e = new() { KtimeNs = Now, Pid = process.Pid, StartBoottimeNs = process.StartBoottimeNs };
        Ledger.Apply(in e);
        return this;
    }

    public Story Row(TcpSocketEvent row)
    {
        Ledger.ApplyRow(in row);
        return this;
    }

    public Story Row(TcpHolder row)
    {
        Ledger.ApplyRow(in row);
        return this;
    }

    public Story Row(TcpQueued row)
    {
        Ledger.ApplyRow(in row);
        return this;
    }

    /// <summary>A whole scan that takes a millisecond. Each socket gets its row, then the action adds the others.</summary>
    public Story Scan(Conn[] sockets, Action<Story>? more = null, ScanScope scope = ScanScope.SocketsAndHolders, uint[]? netns = null)
    {
        Ledger.BeginScan(Now, scope);
        foreach (uint covered in netns ?? [Conn.HostNetns])
            Ledger.CoverNetns(covered);
        Now += Millisecond;
        foreach (Conn socket in sockets)
            Row(socket.Row(Now));
        more?.Invoke(this);
        Ledger.EndScan(Now);
        return this;
    }

    public Story Held(Conn socket, Proc process, uint fd) => Row(socket.HolderRow(process, fd, Now));

    public Story Queued(Conn socket, Conn listener) => Row(socket.QueuedRow(listener.Key.Cookie, Now));

    public void Forget() => _told.Clear();

    /// <summary>The only thing told since the last look.</summary>
    public TrackedSocket Only(LedgerChangeKind kind)
    {
        Told told = Assert.Single(_told);
        Assert.Equal(kind, told.Kind);
        _told.Clear();
        return told.Socket;
    }

    /// <summary>The last change told says that the verdict is now this one instead of that one.</summary>
    public void Turned(LedgerChangeKind kind, Verdict from, Verdict to)
    {
        Told last = Told[^1];
        Assert.Equal((kind, from, to), (last.Kind, last.Socket.PreviousVerdict, last.Socket.Verdict));
    }

    public static void IsHeldBy(TrackedSocket socket, params DescriptorHolder[] holders) => Assert.Equal(holders, socket.Holders);
}
