// SPDX-License-Identifier: Apache-2.0
using Tracer.Api.Findings;
using Tracer.Attribution;
using Tracer.Attribution.Findings;
using Tracer.Wire;

namespace Tracer.Api.Tests.Given;

/// <summary>Plain findings to start from.</summary>
internal static class TestFindings
{
    public static Finding Finding(string id, ulong sockets = 1, Severity severity = Severity.Notice) => new()
    {
        Id = id,
        Verdict = Verdict.EofNotRead,
        Owner = new Owner(new ProcessKey(7, 7000), "php-fpm", "/usr/sbin/php-fpm", "web.service", "", "/system.slice/web.service", []),
        Origin = new Site(SiteRole.Existed, "not known: existed before the tracer", default),
        Severity = severity,
        Headline = id,
        Sockets = sockets,
    };

    public static FindingSnapshot Snapshot(params Finding[] findings) => new()
    {
        KtimeNs = TestSockets.Second,
        Report = new FindingReport(findings, 0, 0, 0, new Dictionary<Verdict, ulong>(), new Dictionary<EndReason, ulong>()),
        Census = new SocketCensus(0, 0, new Dictionary<Verdict, ulong>()),
        Examples = new Dictionary<SocketKey, TrackedSocket>(),
        Queued = new Dictionary<SocketKey, ulong>(),
        Kernel = [],
    };

    /// <summary>A thread to look at; 0: whichever.</summary>
    public static TcpActor Suspect(uint pid, uint tid) => new() { Pid = pid, Tid = tid, StartBoottimeNs = pid * 1000UL };
}
