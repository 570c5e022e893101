// SPDX-License-Identifier: Apache-2.0
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Tracer.Wire;

namespace Tracer.Attribution.Tests;

/// <summary>A socket of a story, as the kernel would describe it: set what matters, then make events and rows of it.</summary>
internal sealed class Conn
{
    public const uint HostNetns = 4026531840;

    private static readonly uint SocketEventSize = (uint)Unsafe.SizeOf<TcpSocketEvent>();

    public TcpSocketEvent State;

    public Conn(ulong cookie, uint netns = HostNetns)
    {
        State.Event.Cookie = cookie;
        State.Event.Netns = netns;
        State.Event.SockKey = 0xffff_8881_0000_0000 + cookie * 0x1000;
        State.Event.Family = 2;
        State.Event.Direction = TcpDirection.Inbound;
        State.Event.NewState = TcpState.Established;
        State.Event.UnreadBytes = 1;
        State.Event.Shutdown = 1;
        Local("192.0.2.1", 8080);
        Remote("198.51.100.7", (ushort)(40_000 + cookie % 20_000));
        NeverUsedTimes();
    }

    public SocketKey Key => new(State.Event.Cookie, State.Event.Netns);

    public static WireAddress Address(string text)
    {
        WireAddress address = default;
        IPAddress.Parse(text).MapToIPv6().GetAddressBytes().CopyTo(MemoryMarshal.AsBytes(new Span<WireAddress>(ref address)));
        return address;
    }

    public Conn Local(string address, ushort port)
    {
        (State.Event.LocalAddress, State.Event.LocalPort) = (Address(address), port);
        return this;
    }

    public Conn Remote(string address, ushort port)
    {
        (State.Event.RemoteAddress, State.Event.RemotePort) = (Address(address), port);
        return this;
    }

    public Conn Family(byte family)
    {
        State.Event.Family = family;
        return this;
    }

    public Conn Direction(TcpDirection direction)
    {
        State.Event.Direction = direction;
        return this;
    }

    public Conn Origin(TcpOrigin kind, TcpActor actor)
    {
        (State.Record.OriginKind, State.Record.Origin) = (kind, actor);
        return this;
    }

    public Conn Through(ulong listenerCookie, TcpActor opener = default)
    {
        (State.Record.ListenerCookie, State.Record.Listener) = (listenerCookie, opener);
        return this;
    }

    /// <summary>No struct socket yet.</summary>
    public Conn InQueue(bool isInQueue = true)
    {
        State.Event.Flags = isInQueue ? TcpEventFlags.NoSocket : TcpEventFlags.None;
        return this;
    }

    /// <summary>The application saw the end of the stream.</summary>
    public Conn EofReadBy(TcpActor actor)
    {
        (State.Record.EofRead, State.Record.LastRead, State.Record.LastReadResult) = (actor, actor, 0);
        State.Event.UnreadBytes = 0;
        return this;
    }

    /// <summary>Idle for some time, then FIN, then silence: what a socket that existed before the tracer shows.</summary>
    public Conn Silent(ulong sinceSegmentNs, ulong sinceDataNs)
    {
        (State.SinceSegmentNs, State.SinceDataReceivedNs, State.SinceDataSentNs) = (sinceSegmentNs, sinceDataNs, sinceDataNs + 1);
        return this;
    }

    /// <summary>Time stamps that were never set.</summary>
    public Conn NeverUsedTimes()
    {
        (State.SinceSegmentNs, State.SinceDataReceivedNs, State.SinceDataSentNs) = (ulong.MaxValue, ulong.MaxValue, ulong.MaxValue);
        return this;
    }

    public TcpSocketEvent Enter(ulong ktimeNs, ulong idleNs = 0)
    {
        State.Record.CloseWaitKtimeNs = ktimeNs;
        State.Record.IdleBeforeFinNs = idleNs;
        State.Record.Flags |= TcpRecordFlags.EntrySeen | TcpRecordFlags.WasCloseWait;
        return Make(TcpEventKind.CloseWaitEnter, TcpState.CloseWait, ktimeNs);
    }

    public TcpSocketEvent Use(ulong ktimeNs) => Make(TcpEventKind.CloseWaitUse, State.Event.NewState, ktimeNs);

    /// <summary>A close(): the kernel sets both shutdown bits first.</summary>
    public TcpSocketEvent Close(ulong ktimeNs, Proc closer, bool isExiting = false, TcpState newState = TcpState.LastAck)
    {
        By(closer.At(ktimeNs));
        State.Event.Shutdown = 3;
        if (isExiting)
            State.Event.Flags |= TcpEventFlags.TaskExiting;
        return Make(TcpEventKind.CloseWaitExit, newState, ktimeNs);
    }

    /// <summary>A shutdown(SHUT_WR): the bits are those of a close(); the hook saw that the file lives on.</summary>
    public TcpSocketEvent ShutDown(ulong ktimeNs, Proc actor)
    {
        By(actor.At(ktimeNs));
        State.Event.Shutdown = 3;
        State.Record.Flags |= TcpRecordFlags.LeftOpen;
        return Make(TcpEventKind.CloseWaitExit, TcpState.LastAck, ktimeNs);
    }

    /// <summary>Ends from below: a reset, a timer, an administrator.</summary>
    public TcpSocketEvent Fail(ulong ktimeNs, byte error, TcpRecordFlags flags = TcpRecordFlags.None)
    {
        State.Event.SockError = error;
        State.Record.Flags |= flags;
        return Make(TcpEventKind.CloseWaitExit, TcpState.Close, ktimeNs);
    }

    public TcpSocketEvent Release(ulong ktimeNs, Proc closer)
    {
        By(closer.At(ktimeNs));
        return Make(TcpEventKind.Release, TcpState.Close, ktimeNs);
    }

    public TcpSocketEvent Row(ulong ktimeNs) => Make(TcpEventKind.Snapshot, State.Event.NewState, ktimeNs);

    public Conn By(TcpActor actor)
    {
        (State.Event.Owner, State.Event.OwnerSource) = (actor, TcpOwnerSource.Task);
        return this;
    }

    public TcpHolder HolderRow(Proc process, uint fd, ulong ktimeNs) => new()
    {
        KtimeNs = ktimeNs,
        SockKey = State.Event.SockKey,
        Cookie = State.Event.Cookie,
        StartBoottimeNs = process.StartBoottimeNs,
        Pid = process.Pid,
        Fd = fd,
        Netns = State.Event.Netns,
        State = (uint)State.Event.NewState,
        Comm = Proc.CommOf(process.Comm),
    };

    public TcpQueued QueuedRow(ulong listenerCookie, ulong ktimeNs) => new()
    {
        KtimeNs = ktimeNs,
        SockKey = State.Event.SockKey,
        Cookie = State.Event.Cookie,
        ListenerCookie = listenerCookie,
        Netns = State.Event.Netns,
    };

    private TcpSocketEvent Make(TcpEventKind kind, TcpState newState, ulong ktimeNs)
    {
        State.Event.Header = new TcpEventHeader { Kind = kind, Size = SocketEventSize, Version = WireFormat.Version };
        State.Event.OldState = State.Event.NewState;
        State.Event.NewState = newState;
        State.Event.KtimeNs = ktimeNs;
        return State;
    }
}
