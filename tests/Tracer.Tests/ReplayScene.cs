// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;
using Tracer.Attribution;
using Tracer.Wire;

namespace Tracer.Tests;

/// <summary>A real ledger in front of a small queue, and a reader that believes what the queue tells, as the event hub does.</summary>
internal sealed class ReplayScene : IDisposable
{
    private readonly HashSet<ulong> _toldInReplay = [];
    private bool _inReplay;
    private ulong _now = 1_000_000_000;

    public ReplayScene(int capacityPowerOfTwo)
    {
        Queue = new HandoffQueue<PumpedItem>(capacityPowerOfTwo);
        Ledger = new SocketLedger(new LedgerOptions(), OnChange);
        Replay = new LedgerReplay(Ledger, Queue);
    }

    public HandoffQueue<PumpedItem> Queue { get; }

    public SocketLedger Ledger { get; }

    public LedgerReplay Replay { get; }

    public int Refused { get; private set; }

    /// <summary>Cookies in CLOSE_WAIT, as they were made to be.</summary>
    public HashSet<ulong> Truth { get; } = [];

    /// <summary>Cookies in CLOSE_WAIT, as the reader believes.</summary>
    public HashSet<ulong> View { get; } = [];

    /// <summary>How often a socket was told as existing.</summary>
    public Dictionary<ulong, int> Repeats { get; } = [];

    /// <summary>The marks that were read, with the time of an end.</summary>
    public List<(PumpedItemKind Kind, ulong KtimeNs)> Marks { get; } = [];

    public void Enter(ulong cookie) => Apply(cookie, TcpEventKind.CloseWaitEnter, TcpState.CloseWait, Truth.Add(cookie));

    public void Exit(ulong cookie) => Apply(cookie, TcpEventKind.CloseWaitExit, TcpState.LastAck, Truth.Remove(cookie));

    public void Step() => Replay.Step(_now);

    public void EnterUntilRefused(ulong firstCookie)
    {
        for (int before = Refused; Refused == before; firstCookie++)
            Enter(firstCookie);
    }

    public void Read(int most = int.MaxValue)
    {
        for (; Queue.Count != 0 && most > 0; most--)
        {
            Take(in Queue.Peek());
            Queue.Advance();
        }
    }

    /// <summary>Steps and reads until nothing is due; more rounds than that would need is a failure.</summary>
    public void Finish()
    {
        for (int round = 0; Replay.IsDue; round++)
        {
            Assert.InRange(round, 0, Ledger.Count + 2);
            Read();
            Step();
        }
        Read();
    }

    public void Dispose() => Queue.Dispose();

    private void Apply(ulong cookie, TcpEventKind kind, TcpState state, bool isNews)
    {
        Assert.True(isNews, "a mistake of the test");
        TcpSocketEvent e = default;
        e.Event.Header = new TcpEventHeader { Kind = kind, Size = (uint)Unsafe.SizeOf<TcpSocketEvent>(), Version = WireFormat.Version };
        e.Event.Cookie = cookie;
        e.Event.Netns = 1;
        e.Event.OldState = kind == TcpEventKind.CloseWaitEnter ? TcpState.Established : TcpState.CloseWait;
        e.Event.NewState = state;
        e.Event.KtimeNs = _now++;
        e.Event.Shutdown = kind == TcpEventKind.CloseWaitEnter ? (byte)1 : (byte)3; // else a descriptor seems left open
        Ledger.Apply(in e);
    }

    private void OnChange(LedgerChangeKind kind, in TrackedSocket socket)
    {
        if (Queue.TryEnqueue(new PumpedItem { Kind = PumpedItemKind.SocketChange, Change = kind, Socket = socket }))
            return;
        Refused++;
        Replay.NoteRefused();
    }

    private void Take(in PumpedItem item)
    {
        if (item.Kind == PumpedItemKind.SocketChange)
        {
            TakeChange(item.Change, item.Socket.Key.Cookie);
            return;
        }
        Marks.Add((item.Kind, item.KtimeNs));
        if (item.Kind == PumpedItemKind.ReplayEnd)
            View.IntersectWith(_toldInReplay);
        _inReplay = item.Kind == PumpedItemKind.ReplayBegin;
        _toldInReplay.Clear();
    }

    private void TakeChange(LedgerChangeKind change, ulong cookie)
    {
        if (change == LedgerChangeKind.Existing)
            Repeats[cookie] = Repeats.GetValueOrDefault(cookie) + 1;
        if (change is LedgerChangeKind.Exited or LedgerChangeKind.Released)
            View.Remove(cookie);
        else
            View.Add(cookie);
        if (_inReplay)
            _toldInReplay.Add(cookie);
    }
}
