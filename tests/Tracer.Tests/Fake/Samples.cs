// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Google.Protobuf.WellKnownTypes;

namespace Tracer.Tests.Fake;

/// <summary>Sockets and changes with fixed times.</summary>
internal static class Samples
{
    public static DateTimeOffset Now { get; } = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    /// <summary>A pooled client connection that the server closed after 65 s; nobody reads it.</summary>
    public static SocketRecord PooledConnection() => new()
    {
        Cookie = 4711,
        Netns = 4026531840,
        LocalAddress = "10.0.0.5",
        LocalPort = 43210,
        RemoteAddress = "10.0.0.9",
        RemotePort = 8080,
        Direction = Direction.Outbound,
        State = TcpState.CloseWait,
        Age = Span(312.5),
        UnreadBytes = 1,
        IdleBeforeFin = Span(65),
        Holders = { Holder("apache2", 812, 14) },
        HoldersTime = At(-1),
        Origin = Actor("apache2", 812, 812, OriginKind.Connect, Source.Traced, -377.5,
            Frame("__connect", "/usr/lib/x86_64-linux-gnu/libc.so.6", 0x14),
            Frame("Curl_connecthost", "/usr/lib/x86_64-linux-gnu/libcurl.so.4", 0x1f0),
            Frame("zif_curl_exec", "/usr/lib/apache2/modules/libphp.so", 0x52, "ext/curl/interface.c", 2345),
            Frame("execute_ex", "/usr/lib/apache2/modules/libphp.so", 0x99),
            Frame("main", "/usr/sbin/apache2", 0x10)),
        CloseWaitEnterTime = At(-312.5),
        BytesReceived = 5120,
        BytesSent = 300,
        Rtt = Span(0.00035),
        Family = "ipv4",
        Cgroup = "/system.slice/apache2.service",
        Verdict = Verdict.EofNotRead,
    };

    /// <summary>A client that gave up while it waited for a blocked server.</summary>
    public static SocketRecord NeverAccepted() => new()
    {
        Cookie = 99,
        Netns = 4026531840,
        LocalAddress = "::ffff:10.0.0.5",
        LocalPort = 8888,
        RemoteAddress = "::ffff:10.0.0.77",
        RemotePort = 50001,
        Direction = Direction.Inbound,
        State = TcpState.CloseWait,
        Age = Span(4.321),
        UnreadBytes = 78,
        NeverAccepted = true,
        Origin = new Actor { Kind = OriginKind.Queued },
        Listener = new Listener
        {
            Cookie = 12,
            LocalAddress = "::",
            LocalPort = 8888,
            QueueLength = 128,
            QueueLimit = 128,
            Opener = Actor("python3", 900, 900, OriginKind.Unspecified, Source.Traced, -4000,
                Frame("listen", "/lib/x86_64-linux-gnu/libc.so.6", 0x7), Frame("bind_sockets", "/usr/bin/python3", 0x20)),
            Holders = { Holder("python3", 900, 6) },
        },
        HoldersTime = At(-1),
        CloseWaitEnterTime = At(-4.321),
        Family = "ipv6",
        Verdict = Verdict.NeverAccepted,
    };

    /// <summary>It was there before the tracer, and nobody has looked for its holders yet.</summary>
    public static SocketRecord Existing() => new()
    {
        Cookie = 7,
        Netns = 4026532000,
        LocalAddress = "2001:db8::5",
        LocalPort = 443,
        RemoteAddress = "2001:db8::77",
        RemotePort = 61000,
        State = TcpState.CloseWait,
        Age = Span(3725),
        AgeIsLowerBound = true,
        UnsentBytes = 2048,
        IdleBeforeFin = Span(0.25),
        IdleBeforeFinIsInferred = true,
        Origin = new Actor { Kind = OriginKind.Existed, Comm = "nginx", Pid = 55, Tid = 55, Source = Source.Scanned },
        CloseWaitEnterTime = At(-3725),
        Family = "ipv6",
    };

    /// <summary>The end was read and the socket kept; a second process holds it too, with a name made to hurt.</summary>
    public static SocketRecord Leaked() => new()
    {
        Cookie = 8,
        Netns = 4026531840,
        LocalAddress = "10.0.0.5",
        LocalPort = 8888,
        RemoteAddress = "10.0.0.78",
        RemotePort = 50002,
        Direction = Direction.Inbound,
        State = TcpState.CloseWait,
        Age = Span(0.75),
        Holders = { Holder("game", 77, 9), Holder("\e]0;owned\a\e[2J", 78, 9) },
        HoldersTime = At(-1),
        Origin = Actor("game", 77, 80, OriginKind.Accept, Source.Adopted, -60, fpOnly: true, Frame("", "/opt/game/server", 0x4455)),
        LastRead = Actor("game", 77, 80, OriginKind.Unspecified, Source.Traced, -0.7, Frame("Conn::on_readable", "/opt/game/server", 0x88)),
        EofRead = Actor("game", 77, 80, OriginKind.Unspecified, Source.Traced, -0.7, Frame("Conn::on_readable", "/opt/game/server", 0x88)),
        Listener = new Listener { Cookie = 13, LocalAddress = "0.0.0.0", LocalPort = 8888, Holders = { Holder("game", 77, 5) } },
        CloseWaitEnterTime = At(-0.75),
        Family = "ipv4",
        Verdict = Verdict.EofReadNotClosed,
    };

    /// <summary>As <see cref="PooledConnection"/>, with all that a stack can tell.</summary>
    public static SocketRecord PhpWorker()
    {
        SocketRecord socket = PooledConnection();
        Actor origin = socket.Origin;
        origin.Stack.Clear();
        origin.Stack.Add(
        [
            Frame("__connect", "/usr/lib/x86_64-linux-gnu/libc.so.6", 0x14), Frame("Curl_connecthost", "/usr/lib/x86_64-linux-gnu/libcurl.so.4", 0x1f0),
            Frame("curl_exec", "", 0), Frame("OrderRepo::begin", "", 0, "/var/www/orders.php", 41), Frame("{main}", "", 0, "/var/www/index.php", 7),
            Frame("main", "/usr/sbin/apache2", 0x10),
        ]);
        (origin.UserFrame, origin.Request, origin.StackEnd) = (3, "GET /cart", StackEnd.BadFrame);
        socket.FirstSend = Actor("apache2", 812, 812, OriginKind.Unspecified, Source.Traced, -377.4, Frame("curl_exec", "", 0));
        return socket;
    }

    /// <summary>As <see cref="NeverAccepted"/>: its thread accepted once, and has been busy since.</summary>
    public static SocketRecord BlockedListener()
    {
        SocketRecord socket = NeverAccepted();
        socket.Listener.LastAccept = Actor("python3", 900, 900, OriginKind.Unspecified, Source.Traced, -10, Frame("add_accept_handler", "", 0, "netutil.py", 276));
        socket.Listener.LastAccept.Result = -11;
        return socket;
    }

    public static SocketRecord[] All() => [Leaked(), NeverAccepted(), PooledConnection(), Existing()];

    public static Transition Connected() => Change(TcpState.SynSent, TcpState.Established, 1_000_000_000);

    public static Transition Finished() => Change(TcpState.Established, TcpState.CloseWait, 66_000_000_000);

    public static Transition Change(TcpState from, TcpState to, ulong ktimeNs) => new()
    {
        Time = Timestamp.FromDateTimeOffset(Now.AddTicks((long)(ktimeNs / 100))),
        KtimeNs = ktimeNs,
        Cookie = 4711,
        Netns = 4026531840,
        LocalAddress = "10.0.0.5",
        LocalPort = 43210,
        RemoteAddress = "10.0.0.9",
        RemotePort = 8080,
        OldState = from,
        NewState = to,
        Direction = Direction.Outbound,
        Owner = new Actor { Pid = 812, Tid = 812, Comm = "apache2", Source = Source.Traced },
    };

    public static WatchTransitionsResponse Started() => new() { Started = new Started { Time = At(0) } };

    public static WatchTransitionsResponse Changes(params Transition[] changes) =>
        new() { Transitions = new TransitionBatch { Transitions = { changes } } };

    public static WatchCloseWaitsResponse Changes(params CloseWaitChange[] changes) =>
        new() { Changes = new CloseWaitBatch { Changes = { changes } } };

    public static CloseWaitChange Change(CloseWaitChange.Types.Kind kind, SocketRecord socket) => new() { Kind = kind, Socket = socket };

    public static WatchCloseWaitsResponse SnapshotDone(ulong sockets) =>
        new() { SnapshotDone = new SnapshotDone { Sockets = sockets, Time = At(0) } };

    public static EventsLost Lost(EventsLost.Types.Place place, ulong count, ulong total) => new() { Place = place, Count = count, Total = total };

    public static Timestamp At(double seconds) => Timestamp.FromDateTimeOffset(Now.AddSeconds(seconds));

    public static Duration Span(double seconds) => Duration.FromTimeSpan(TimeSpan.FromSeconds(seconds));

    public static Actor Actor(string comm, uint pid, uint tid, OriginKind kind, Source source, double seconds, params Frame[] stack) =>
        Actor(comm, pid, tid, kind, source, seconds, fpOnly: false, stack);

    private static Actor Actor(string comm, uint pid, uint tid, OriginKind kind, Source source, double seconds, bool fpOnly, params Frame[] stack) => new()
    {
        Comm = comm,
        Pid = pid,
        Tid = tid,
        Kind = kind,
        Source = source,
        Time = At(seconds),
        Stack = { stack },
        StackFpOnly = fpOnly,
    };

    private static Holder Holder(string comm, uint pid, uint fd) => new() { Comm = comm, Pid = pid, Fd = fd, Exe = "/usr/bin/x", Source = Source.Scanned };

    private static Frame Frame(string function, string module, ulong offset, string file = "", uint line = 0) =>
        new() { Function = function, Module = module, Offset = offset, File = file, Line = line };
}
