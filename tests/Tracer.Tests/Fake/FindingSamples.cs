// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Kind = CloseWait.V1.Evidence.Types.Kind;
using Role = CloseWait.V1.Site.Types.Role;
using ThreadState = CloseWait.V1.ThreadState;

namespace Tracer.Tests.Fake;

/// <summary>Findings as a daemon makes them, one for each verdict.</summary>
internal static class FindingSamples
{
    private const string Libc = "/usr/lib/x86_64-linux-gnu/libc.so.6";

    /// <summary>A web server whose only thread waits for somebody else.</summary>
    public static Finding NeverAccepted()
    {
        Actor blocked = Samples.Actor("python3", 900, 900, OriginKind.Unspecified, Source.Traced, 0, BlockedStack());
        (blocked.UserFrame, blocked.Time) = (3, null);
        return new Finding
        {
            Id = "9f3c2e7d01ab44e0",
            Verdict = Verdict.NeverAccepted,
            Severity = Severity.Critical,
            Headline = "python3(900) of tornado.service: 113 connections to 0.0.0.0:8888 never accepted: accept queue 128/128; thread 900 is blocked in query_third_party (handlers.py:41)",
            Owner = Owner("python3", "tornado.service", (900, 113)),
            Origin = new Site { Role = Role.Listener, Label = "listener 0.0.0.0:8888" },
            Code = new Site { Role = Role.Blocked, Label = "query_third_party (handlers.py:41)", Actor = blocked },
            IsOwnerBlocked = true,
            Sockets = 113,
            Opened = 115,
            Closed = 2,
            CloseRatio = 2 / 115.0,
            Ends = { new EndCount { Reason = EndReason.ResetByPeer, Count = 2 } },
            Oldest = Samples.Span(62.4),
            GrowthPerMinute = 108.6,
            GrowthWindow = Samples.Span(60),
            UnreadBytes = 8814,
            Listener = new ListenerUse { LocalAddress = "0.0.0.0", LocalPort = 8888, QueueLength = 128, QueueLimit = 128, Overflows = 57, Stuck = 113 },
            Descriptors = { Use(900, "python3", 17, 1024, 0, null) },
            Peers = { new PeerIdle { Address = "10.0.0.77", Sockets = 113 } },
            PeerCount = 1,
            Examples = { Samples.NeverAccepted() },
            Threads = { BlockedThread() },
            Evidence = { BlockedEvidence() },
            Advice =
            {
                "Give the call in query_third_party (handlers.py:41) a timeout, or make it in a thread that serves nobody else.",
                "Raise the backlog only after that: a longer queue hides the block.",
            },
            HarmlessWhen = "the program was only busy for a moment and accepts them soon, or has just been started",
        };
    }

    /// <summary>Workers that keep connections which the peer closes when they are idle.</summary>
    public static Finding EofNotRead() => new()
    {
        Id = "00c2a4b19d7e5533",
        Verdict = Verdict.EofNotRead,
        Severity = Severity.Warning,
        Headline = "apache2 (5 processes): 412 connections opened in OrderRepo::begin (orders.php:41): the peer closed after 65.0 s idle, nobody reads them",
        Owner = Owner("apache2", "apache2.service", (812, 33), (813, 30), (815, 12), (816, 9), (817, 8)),
        Origin = Php(),
        Evidence =
        {
            Observed("412 of 412 sockets: nobody has read since the FIN"),
            Observed("opened by connect() in OrderRepo::begin (orders.php:41) on 410 of 412 sockets"),
            Inferred("idle before the FIN: 65.0 s +- 0.1 on 410 of 412: the peer's idle timeout"),
            Observed("all from one peer: 10.0.0.9:8080"),
            Observed("3 of 415 of this origin are gone since tracing began: 2 closed, 1 by the end of the process; closes took 1.2 s (median)"),
            Observed("grows by 12/min: descriptors of pid 812 (1024) run out in 4 min 10 s"),
            Observed("apache2(812) has 1003 of 1024 descriptors in use, 33 of them by these sockets"),
        },
        Advice =
        {
            "Close the connection where its last answer is read, or keep it for less than 65 s.",
            "To win time: prlimit --pid 812 --nofile=4096: (now 1024), or restart apache2.",
        },
        HarmlessWhen = "the program is still at work for this connection, or its pool tests connections before it uses them: it reads the end and closes then",
        Sockets = 412,
        Opened = 415,
        Closed = 3,
        CloseRatio = 3 / 415.0,
        Ends = { new EndCount { Reason = EndReason.Closed, Count = 2 }, new EndCount { Reason = EndReason.ProcessExit, Count = 1 } },
        MedianTimeToClose = Samples.Span(1.25),
        P99TimeToClose = Samples.Span(4),
        Oldest = Samples.Span(3725),
        OldestIsLowerBound = true,
        GrowthPerMinute = 12,
        Descriptors = { Use(812, "apache2", 1003, 1024, 33, 250), Use(813, "apache2", 700, 1024, 30, null), Use(815, "apache2", 20, 1024, 12, null) },
        Peers = { new PeerIdle { Address = "10.0.0.9", Port = 8080, Sockets = 412, Idle = Plateau(64.98, 410, 412) } },
        PeerCount = 1,
        Examples = { Samples.PhpWorker() },
    };

    public static Finding EofReadNotClosed() => new()
    {
        Id = "1122334455667788",
        Verdict = Verdict.EofReadNotClosed,
        Severity = Severity.Critical,
        Headline = "game(77): 1000 connections never closed: the end was read in Conn::on_readable (conn.cpp:88)",
        Owner = Owner("game", "", (77, 1000)),
        Origin = Native(Role.Accept, "Server::on_accept (server.cpp:30)", Source.Adopted, Frame("accept4", Libc, 0x10), Frame("Server::on_accept", "", 0, "/src/game/server.cpp", 30), Frame("main", "", 0, "/src/game/main.cpp", 9)),
        Code = Native(Role.EofRead, "Conn::on_readable (conn.cpp:88)", Source.Traced, Frame("recv", Libc, 0x19), Frame("Conn::on_readable", "", 0, "/src/game/conn.cpp", 88), Frame("Loop::run", "", 0, "/src/game/loop.cpp", 120), Frame("main", "", 0, "/src/game/main.cpp", 12)),
        Evidence =
        {
            Observed("1000 of 1000 sockets: the end of the stream was read, and they are still open"),
            Observed("the end was read in Conn::on_readable (conn.cpp:88) on 988 of 1000 sockets"),
            Observed("0 of 1000 closed since tracing began"),
            Unknown("12 of 1000 sockets: older than the tracer, so who opened them is not known"),
        },
        Advice = { "Close the connection where the end is read: Conn::on_readable (conn.cpp:88)." },
        HarmlessWhen = "the program still prepares an answer for a peer that has only finished sending, or closes in batches",
        Sockets = 1000,
        Opened = 1000,
        Oldest = Samples.Span(90000),
        GrowthPerMinute = 4.4,
        Descriptors = { Use(77, "game", 1017, 1024, 1000, 95) },
        Peers = { new PeerIdle { Address = "10.0.0.78", Sockets = 600, Idle = Plateau(59.98, 590, 600) }, new PeerIdle { Address = "10.0.0.79", Sockets = 300 }, new PeerIdle { Address = "2001:db8::9", Sockets = 50 }, new PeerIdle { Address = "10.0.0.80", Sockets = 50 } },
        PeerCount = 4,
        Plateau = Plateau(0.25, 900, 1000),
        Examples = { Samples.Leaked() },
    };

    public static Finding HeldElsewhere()
    {
        Finding finding = Small("a1b2c3d4e5f60718", Verdict.HeldElsewhere, Severity.Notice, "old nginx worker still holds 5 connections that its successor has closed");
        finding.Code = Native(Role.Close, "ngx_close_connection", Source.Traced, Frame("close", Libc, 0x10), Frame("ngx_close_connection", "/usr/sbin/nginx", 0x44));
        finding.Evidence.Add([Observed("nginx(55) read last and has no descriptor any more; nginx(41) has one"), Inferred("nginx(41) has it since a fork")]);
        return finding;
    }

    public static Finding ResetButOpen()
    {
        Finding finding = Small("00000000000000ff", Verdict.ResetButOpen, Severity.Notice, "game still has 5 descriptors of connections that were reset");
        finding.Evidence.Add(Observed("5 of 5 left CLOSE_WAIT by a reset after 120.0 s; their descriptors are open, and ss does not show them"));
        return finding;
    }

    public static Finding ShutdownButOpen() => Small("00000000000000fe", Verdict.ShutdownButOpen, Severity.Notice, "game has shut down 5 connections, and keeps their descriptors");

    public static Finding HalfClose() => Small("00000000000000fd", Verdict.HalfCloseInUse, Severity.Harmless, "sshd still sends to 5 peers that have finished sending");

    public static Finding SlowClose() => Small("00000000000000fc", Verdict.SlowClose, Severity.Harmless, "orders closes 5 connections late");

    public static Finding Unknown()
    {
        Finding finding = Small("00000000000000fb", Verdict.Unknown, Severity.Notice, "5 sockets that no process holds");
        finding.Owner = null;
        finding.Evidence.Add(Unknown("who holds them: they are in flight in a message, held by io_uring, or of the kernel itself"));
        return finding;
    }

    /// <summary>Every text is made to hurt a terminal.</summary>
    public static Finding Hostile()
    {
        const string bad = "\e[2J\nx\u202e";
        Finding finding = Small(bad, Verdict.EofNotRead, Severity.Notice, bad);
        finding.Owner = new Owner { Comm = bad, Exe = bad, Unit = bad, ContainerId = bad, ProcessCount = 1, Processes = { new OwnerProcess { Pid = 1, Comm = bad } } };
        finding.Evidence.Add(Observed(bad));
        finding.Advice.Add(bad);
        finding.HarmlessWhen = bad;
        finding.Origin = new Site { Role = Role.Connect, Label = bad, Request = bad };
        finding.Code = new Site { Role = Role.EofRead, Label = bad, Actor = new Actor { Comm = bad, Request = bad, StackLimitation = bad, Stack = { Frame(bad, bad, 1), Frame(bad, "", 0, bad, 3) } } };
        finding.Threads.Add(new ThreadState { Comm = bad, State = bad, Syscall = bad, SyscallFd = 3, SyscallTarget = bad, Limitation = bad });
        finding.Descriptors.Add(Use(1, bad, 1, 2, 1, null));
        finding.Listener = new ListenerUse { LocalAddress = bad };
        finding.Peers.Add(new PeerIdle { Address = bad });
        return finding;
    }

    public static Finding[] All() =>
    [
        NeverAccepted(), EofReadNotClosed(), EofNotRead(), HeldElsewhere(), ResetButOpen(), ShutdownButOpen(), Unknown(), HalfClose(), SlowClose(),
    ];

    public static HostSummary Summary() => new()
    {
        Time = Samples.At(0),
        TracingSince = Samples.At(-5.2),
        KernelRelease = "6.18.0",
        CloseWaits = 1534,
        LeftOpen = 5,
        Verdicts = { Count(Verdict.NeverAccepted, 113), Count(Verdict.EofReadNotClosed, 1000), Count(Verdict.EofNotRead, 412), Count(Verdict.HalfCloseInUse, 3) },
        Ends = { new EndCount { Reason = EndReason.Closed, Count = 380 }, new EndCount { Reason = EndReason.ResetByPeer, Count = 7 } },
        Kernel = { new KernelCounter { Name = "TcpExt.ListenOverflows", Value = 900, SinceTracing = 57 }, new KernelCounter { Name = "TcpExt.TCPTimeouts", Value = 5 } },
        HarmlessFindings = 2,
    };

    public static ListFindingsResponse Answer(params Finding[] findings) => new() { Findings = { findings }, Summary = Summary() };

    public static ThreadState BlockedThread() => new()
    {
        Pid = 900,
        Tid = 900,
        Comm = "python3",
        State = "sleeping",
        Syscall = "recvfrom",
        SyscallFd = 9,
        SyscallTarget = "tcp 10.0.0.5:40122 -> 10.0.0.9:443 ESTABLISHED",
        WaitChannel = "wait_woken",
        Stack = { BlockedStack() },
        UserFrame = 3,
        IsSuspect = true,
    };

    public static Evidence Observed(string text) => new() { Kind = Kind.Observed, Text = text };

    public static Evidence Inferred(string text) => new() { Kind = Kind.Inferred, Text = text };

    public static Evidence Unknown(string text) => new() { Kind = Kind.Unknown, Text = text };

    private static Finding Small(string id, Verdict verdict, Severity severity, string headline) => new()
    {
        Id = id,
        Verdict = verdict,
        Severity = severity,
        Headline = headline,
        Owner = Owner("game", "", (77, 5)),
        Origin = new Site { Role = Role.Existed, Label = "not known: existed before the tracer" },
        Sockets = 5,
        Oldest = Samples.Span(200),
    };

    private static Site Php()
    {
        SocketRecord socket = Samples.PhpWorker();
        return new Site { Role = Role.Connect, Label = "OrderRepo::begin (orders.php:41)", Actor = socket.Origin, Request = "GET /cart" };
    }

    private static Site Native(Role role, string label, Source source, params Frame[] stack)
    {
        Actor actor = Samples.Actor("game", 77, 80, OriginKind.Unspecified, source, -90000, stack);
        actor.UserFrame = 1;
        return new Site { Role = role, Label = label, Actor = actor };
    }

    private static Evidence[] BlockedEvidence() =>
    [
        Observed("thread 900 (python3) is blocked now in recvfrom on fd 9 (tcp 10.0.0.5:40122 -> 10.0.0.9:443 ESTABLISHED): query_third_party (handlers.py:41) -> urlopen -> recv"),
        Observed("113 of 113 sockets: in the accept queue of 0.0.0.0:8888, no process has a descriptor of them"),
        Observed("accept queue 128/128 full, 57 connections dropped since tracing began"),
        Observed("last accept 10.0 s ago by python3(900) in add_accept_handler (netutil.py:276)"),
        Observed("all from one client: 10.0.0.77"),
        Observed("grows by 109/min"),
        Observed("8814 bytes of data came before the FIN and wait unread"),
        Unknown("tracing began 5.2 s ago: growth over a longer time is not known yet"),
    ];

    private static Frame[] BlockedStack() =>
    [
        Frame("recv", Libc, 0x19), Frame("SocketIO.readinto", "", 0, "/usr/lib/python3.11/socket.py", 706), Frame("urlopen", "", 0, "/usr/lib/python3.11/urllib/request.py", 216),
        Frame("query_third_party", "", 0, "/srv/app/handlers.py", 41), Frame("CartHandler.get", "", 0, "/srv/app/handlers.py", 77), Frame("RequestHandler._execute", "", 0, "/usr/lib/python3/dist-packages/tornado/web.py", 1713),
        Frame("BaseAsyncIOLoop.start", "", 0, "/usr/lib/python3/dist-packages/tornado/platform/asyncio.py", 199),
    ];

    private static Owner Owner(string comm, string unit, params (uint Pid, ulong Sockets)[] processes) => new()
    {
        Comm = comm,
        Exe = "/usr/bin/" + comm,
        Unit = unit,
        Processes = { processes.Select(process => new OwnerProcess { Pid = process.Pid, Comm = comm, Sockets = process.Sockets }) },
        ProcessCount = (uint)processes.Length,
    };

    private static DescriptorUse Use(uint pid, string comm, ulong open, ulong limit, ulong stuck, double? seconds) => new()
    {
        Pid = pid,
        Comm = comm,
        Open = open,
        Limit = limit,
        Stuck = stuck,
        Share = (double)open / limit,
        TimeToExhaustion = seconds is { } left ? Samples.Span(left) : null,
    };

    private static IdlePlateau Plateau(double seconds, ulong matching, ulong known) =>
        new() { Idle = Samples.Span(seconds), Spread = Samples.Span(0.1), Matching = matching, Known = known, IsPlateau = true };

    private static VerdictCount Count(Verdict verdict, ulong count) => new() { Verdict = verdict, Count = count };

    private static Frame Frame(string function, string module, ulong offset, string file = "", uint line = 0) =>
        new() { Function = function, Module = module, Offset = offset, File = file, Line = line };
}
