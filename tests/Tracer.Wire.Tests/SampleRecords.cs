// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Wire.Tests;

/// <summary>One plausible record of each kind, and the awkward ones. Every field has its own value, so that a swap shows.</summary>
internal static class SampleRecords
{
    public static IEnumerable<(string Name, byte[] Bytes)> All()
    {
        yield return ("transition-ipv4", RecordBytes.Of(Transition("192.0.2.10", "198.51.100.7", 2)));
        yield return ("transition-ipv6", RecordBytes.Of(Transition("2001:db8::10", "2001:db8:1::7", 10)));
        yield return ("transition-v4-mapped", RecordBytes.Of(Transition("192.0.2.10", "198.51.100.7", 10)));
        yield return ("close-wait-enter", RecordBytes.Of(Socket(TcpEventKind.CloseWaitEnter, TcpState.Established, TcpState.CloseWait)));
        yield return ("close-wait-use", RecordBytes.Of(Socket(TcpEventKind.CloseWaitUse, TcpState.CloseWait, TcpState.CloseWait)));
        yield return ("close-wait-exit", RecordBytes.Of(Socket(TcpEventKind.CloseWaitExit, TcpState.CloseWait, TcpState.LastAck)));
        yield return ("release", RecordBytes.Of(Socket(TcpEventKind.Release, TcpState.Close, TcpState.Close)));
        yield return ("snapshot-listen", RecordBytes.Of(Socket(TcpEventKind.Snapshot, TcpState.Listen, TcpState.Listen)));
        yield return ("holder", RecordBytes.Of(Holder()));
        yield return ("queued", RecordBytes.Of(Queued()));
        yield return ("stack", RecordBytes.OfStack(Stack(), 0x5581_0000_1234, 0x7f00_0000_5678, 0x7f00_0000_9abc));
        yield return ("stack-interpreter", RecordBytes.OfStack(
            Stack(), [0x5581_0000_1234], [new() { Function = 0x7f11, Position = 0x7f12, Detail = 2ul << 32 | 41 }, new() { Function = 0x7f21, Position = 0x7f22 }]));
        yield return ("stack-empty", RecordBytes.OfStack(Stack()));
        yield return ("stack-deepest", RecordBytes.OfStack(Stack(), [.. Enumerable.Range(1, WireFormat.StackDepth).Select(frame => 0x400000UL + (ulong)frame)]));
        yield return ("process-exit", RecordBytes.Of(ProcessExit()));
        yield return ("thread", RecordBytes.Of(Thread()));
        yield return ("code-wanted", RecordBytes.Of(Mapping(TcpEventKind.CodeWanted)));
        yield return ("process-exec", RecordBytes.Of(Mapping(TcpEventKind.ProcessExec)));
        yield return ("code-mapping", RecordBytes.Of(Mapping(TcpEventKind.CodeMapping)));
        foreach ((string, byte[]) broken in Broken())
            yield return broken;
    }

    public static TcpEvent Transition(string local, string remote, byte family) => new()
    {
        Header = RecordBytes.Header<TcpEvent>(TcpEventKind.Transition),
        KtimeNs = 1_000_000_001,
        Cookie = 0x2001,
        SockKey = 0xffff_8881_0000_1000,
        CgroupId = 4242,
        Owner = Actor(3, "nginx: worker"),
        LocalAddress = RecordBytes.Address(local),
        RemoteAddress = RecordBytes.Address(remote),
        BytesReceived = 501,
        BytesSent = 502,
        Netns = 4026531840,
        Flags = TcpEventFlags.TaskExiting | TcpEventFlags.Nested,
        UnreadBytes = 11,
        UnsentBytes = 12,
        SrttUs = 13,
        LocalPort = 8080,
        RemotePort = 40001,
        Family = family,
        OldState = TcpState.Established,
        NewState = TcpState.CloseWait,
        Direction = TcpDirection.Inbound,
        OwnerSource = TcpOwnerSource.Recorded,
        SockError = 104,
        Shutdown = 1,
    };

    public static TcpSocketEvent Socket(TcpEventKind kind, TcpState oldState, TcpState newState)
    {
        TcpSocketEvent socket = new()
        {
            Event = Transition("192.0.2.10", "198.51.100.7", 2),
            SinceSegmentNs = 701,
            SinceDataReceivedNs = 702,
            SinceDataSentNs = 703,
            Record = new TcpRecord
            {
                ListenerCookie = 0x1001,
                CloseWaitKtimeNs = 999_000_000,
                IdleBeforeFinNs = 65_000_000_000,
                LastSendKtimeNs = 999_500_000,
                PathKey = 77,
                Origin = Actor(4, "acceptor"),
                Listener = Actor(5, "master"),
                LastRead = Actor(6, "reader"),
                EofRead = Actor(7, "eof-reader"),
                FirstSend = Actor(8, "sender"),
                LastReadResult = -11,
                Flags = TcpRecordFlags.EntrySeen | TcpRecordFlags.WasCloseWait,
                OriginKind = TcpOrigin.Accept,
                CallKey = 78,
            },
        };
        socket.Event.Header = RecordBytes.Header<TcpSocketEvent>(kind);
        socket.Event.OldState = oldState;
        socket.Event.NewState = newState;
        return socket;
    }

    public static TcpHolder Holder() => new()
    {
        Header = RecordBytes.Header<TcpHolder>(TcpEventKind.Holder),
        KtimeNs = 2_000_000_002,
        SockKey = 0xffff_8881_0000_1000,
        Cookie = 0x2001,
        StartBoottimeNs = 55_000_000,
        Pid = 1234,
        Fd = 17,
        Netns = 4026531840,
        State = (uint)TcpState.CloseWait,
        Comm = RecordBytes.Comm("a\u001b[31mb"),
    };

    public static TcpQueued Queued() => new()
    {
        Header = RecordBytes.Header<TcpQueued>(TcpEventKind.Queued),
        KtimeNs = 3_000_000_003,
        SockKey = 0xffff_8881_0000_1000,
        Cookie = 0x2001,
        ListenerCookie = 0x1001,
        Netns = 4026531840,
    };

    public static TcpStackHeader Stack() => new()
    {
        StackId = 0xabcdef,
        StartBoottimeNs = 55_000_000,
        Pid = 1234,
        Tid = 1235,
        Flags = TcpStackFlags.FpOnly | TcpStackFlags.NewProcess,
        End = TcpStackEnd.NoMapping,
        RequestMethod = RecordBytes.Text<WireRequestMethod>("GET"),
        RequestPath = RecordBytes.Text<WireRequestPath>("/orders/17"),
    };

    public static TcpCodeMapping Mapping(TcpEventKind kind) => new()
    {
        Header = RecordBytes.Header<TcpCodeMapping>(kind),
        Key = new() { Inode = 332096, Size = 1922136, Device = 0xfe00000 },
        StartBoottimeNs = 55_000_000,
        AddressSpace = 0xffff_8881_0000_2000,
        Start = 0x7f00_0000_0000,
        End = 0x7f00_0010_0000,
        Pid = 1234,
    };

    public static TcpProcessExit ProcessExit() => new()
    {
        Header = RecordBytes.Header<TcpProcessExit>(TcpEventKind.ProcessExit),
        KtimeNs = 4_000_000_004,
        StartBoottimeNs = 55_000_000,
        Pid = 1234,
    };

    public static TcpThread Thread() => new()
    {
        Header = RecordBytes.Header<TcpThread>(TcpEventKind.Thread),
        StartBoottimeNs = 55_000_000,
        Switches = 77,
        Ip = 0x7f00_0000_1111,
        Sp = 0x7ffc_0000_2222,
        Fp = 0x7ffc_0000_3333,
        ThreadPointer = 0x7f00_0000_4740,
        Pid = 1234,
        Tid = 1235,
        IsRunning = 1,
    };

    private static TcpActor Actor(uint seed, string comm) => new()
    {
        KtimeNs = 900_000_000 + seed,
        StartBoottimeNs = 50_000_000 + seed,
        StackId = 0xab00 + seed,
        Pid = 1000 + seed,
        Tid = 2000 + seed,
        Comm = RecordBytes.Comm(comm),
    };

    private static IEnumerable<(string Name, byte[] Bytes)> Broken()
    {
        TcpEvent transition = Transition("192.0.2.10", "198.51.100.7", 2);
        byte[] good = RecordBytes.Of(transition);
        yield return ("broken-empty", []);
        yield return ("broken-half-header", good[..4]);
        yield return ("broken-cut", good[..^1]);
        TcpEvent future = transition;
        future.Header.Version++;
        yield return ("broken-version", RecordBytes.Of(future));
        TcpEvent strange = transition;
        strange.Header.Kind = (TcpEventKind)99;
        yield return ("broken-kind", RecordBytes.Of(strange));
        TcpEvent stateless = transition;
        stateless.NewState = (TcpState)13;
        yield return ("broken-state", RecordBytes.Of(stateless));
        byte[] deep = RecordBytes.OfStack(Stack(), new ulong[WireFormat.StackDepth + 1]);
        yield return ("broken-frame-count", deep);
    }
}
