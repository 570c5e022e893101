// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Google.Protobuf.WellKnownTypes;
using Tracer.Output.Top;
using Kind = CloseWait.V1.FindingChange.Types.Kind;

namespace Tracer.Tests.Output.Top;

/// <summary>Findings for the screen, and keys that somebody presses.</summary>
internal static class TopScene
{
    public static int Page => TopFrame.PageOf(24);

    public static Finding Finding(string id, Severity severity, ulong sockets, string comm, Verdict verdict, double growth = 0, double age = 60, double share = 0) => new()
    {
        Id = id,
        Severity = severity,
        Sockets = sockets,
        Verdict = verdict,
        GrowthPerMinute = growth,
        Oldest = Duration.FromTimeSpan(TimeSpan.FromSeconds(age)),
        Headline = $"{sockets} sockets of {comm}",
        Owner = new Owner { Comm = comm, ProcessCount = 1, Processes = { new OwnerProcess { Pid = 4711, Sockets = sockets } } },
        Origin = new Site { Role = Site.Types.Role.Accept, Label = "accept_loop (server.cpp:12)" },
        Code = new Site { Role = Site.Types.Role.EofRead, Label = "Conn::on_readable (server.cpp:41)" },
        Descriptors = { new DescriptorUse { Pid = 4711, Open = (ulong)(share * 1024), Limit = 1024, Share = share } },
    };

    public static Finding[] Three() =>
    [
        Finding("aa", Severity.Critical, 415, "game-server", Verdict.EofReadNotClosed, growth: 12.4, age: 300, share: 0.81),
        Finding("bb", Severity.Warning, 96, "php", Verdict.EofNotRead, growth: 0.5, age: 4000),
        Finding("cc", Severity.Harmless, 3, "sshd", Verdict.HalfCloseInUse, age: 20),
    ];

    public static TopState State(params Finding[] findings)
    {
        var state = new TopState();
        state.Board.Apply(Batch(Kind.Existing, findings));
        state.Refresh(Page);
        return state;
    }

    public static FindingBatch Batch(Kind kind, params Finding[] findings) => new()
    {
        Changes = { findings.Select(finding => new FindingChange { Kind = kind, Finding = finding }) },
        Summary = new HostSummary
        {
            CloseWaits = 514,
            LeftOpen = 2,
            TracingSince = Timestamp.FromDateTimeOffset(Now - TimeSpan.FromMinutes(5)),
            Kernel = { new KernelCounter { Name = "TcpExt.ListenOverflows", Value = 900, SinceTracing = 341 } },
        },
    };

    public const uint Netns = 4026531840;

    /// <summary>Sockets with these cookies, the oldest one first.</summary>
    public static SocketRecord[] Sockets(params ulong[] cookies) =>
        [.. cookies.Select((cookie, i) => new SocketRecord { Cookie = cookie, Netns = Netns, Age = new Duration { Seconds = 1000 - i } })];

    public static DateTimeOffset Now { get; } = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static ConsoleKeyInfo Key(ConsoleKey key) => new('\0', key, false, false, false);

    public static ConsoleKeyInfo Key(char letter) => new(letter, default, false, false, false);

    /// <summary>False: one of them was to quit.</summary>
    public static bool Press(this TopState state, params ConsoleKeyInfo[] keys) =>
        keys.All(key => state.Handle(key, Page));
}
