// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Incidents.Software;
using Tracer.Incidents.Stage;
using Xunit;

namespace Tracer.Incidents.Twins;

/// <summary>Programs that are well, and look as if they were not: no finding.</summary>
public sealed class TwinTests() : IncidentTest(("/usr/bin/nc", "netcat-openbsd"), ("/usr/bin/wrk", "wrk"), (HaProxy.Program, HaProxy.Package))
{
    private static readonly TimeSpan LoadTime = TimeSpan.FromSeconds(Environment.GetEnvironmentVariable("CLOSEWAIT_LONG") == "1" ? 600 : 20);

    [Theory]
    [MemberData(nameof(Ways.Both), MemberType = typeof(Ways))]
    public async Task Half_close_that_is_in_use_is_in_no_finding(Way way)
    {
        await using HalfCloseTwin twin = new();
        FindingAssert.None(await Why.Ask(way, twin), twin);
    }

    [Fact]
    public async Task Half_close_that_is_in_use_is_told_on_request()
    {
        await using HalfCloseTwin twin = new();
        await twin.Start();
        await using Daemon daemon = await Daemon.Start();
        await twin.Happen();
        Finding finding = await UntilHarmless(daemon, twin, Verdict.HalfCloseInUse, HalfCloseTwin.Clients);
        finding.IsOwnedBy("python3", [twin.Pid]);
    }

    [Fact]
    public async Task Server_that_closes_late_is_in_no_finding_once_it_was_seen_to_close()
    {
        await using LateGameTwin twin = new();
        await using Daemon daemon = await Daemon.Start();
        await twin.Start();
        await twin.Happen();
        await using FindingWatch watch = new(daemon, twin);
        await twin.Happen();
        Finding finding = await UntilHarmless(daemon, twin, Verdict.SlowClose, 1);
        finding.That(finding.MedianTimeToClose.ToTimeSpan() > LateGameTwin.Soonest, "it closes late");
        watch.AssertNone();
        await twin.Stop();
    }

    [Fact]
    public async Task Server_that_closes_late_is_in_no_finding_on_a_bare_host()
    {
        await using LateGameTwin twin = new();
        await twin.Start();
        await twin.Happen();
        Answer answer = await Why.AskOnBareHost(twin, TimeSpan.FromSeconds(5));
        await twin.Stop();
        FindingAssert.None(answer, twin);
    }

    [Theory]
    [MemberData(nameof(Ways.Both), MemberType = typeof(Ways))]
    public async Task Game_server_that_closes_is_in_no_finding(Way way)
    {
        await using GameIncident twin = new(Farewell.Closes);
        FindingAssert.None(await Why.Ask(way, twin), twin);
    }

    [Fact]
    public async Task Busy_proxies_are_in_no_finding_at_any_moment()
    {
        await using BusyProxyTwin twin = new();
        await twin.Start();
        await using Daemon daemon = await Daemon.Start();
        await using FindingWatch watch = new(daemon, twin);
        long answered = await twin.Load(LoadTime);
        watch.AssertNone();
        TestContext.Current.SendDiagnosticMessage($"{answered} requests in {LoadTime.TotalSeconds} s, {watch.Messages} messages");
        Assert.True(answered > 1000, $"{answered} requests only");
    }

    [Fact]
    public async Task Busy_proxies_are_in_no_finding_on_a_bare_host()
    {
        await using BusyProxyTwin twin = new();
        await twin.Start();
        Task<long> load = twin.Load(LoadTime);
        Answer answer = await Why.AskOnBareHost(twin, TimeSpan.FromSeconds(5));
        await load;
        FindingAssert.None(answer, twin);
    }

    private static async Task<Finding> UntilHarmless(Daemon daemon, Incident incident, Verdict verdict, int atLeast)
    {
        SocketFilter filter = new() { Ports = { incident.Ports.Select(port => (uint)port) } };
        ListFindingsResponse? last = null;
        return await Deadline.Until(
            $"at least {atLeast} {verdict}, and harmless",
            async () =>
            {
                last = await daemon.Client.ListFindingsAsync(
                    new ListFindingsRequest { Filter = filter, IncludeHarmless = true }, deadline: DateTime.UtcNow.AddSeconds(10));
                // More than one, when the first stacks were taken before the daemon had looked at the interpreter.
                Finding[] fitting = [.. last.Findings.Where(finding => finding.Verdict == verdict && finding.Severity == Severity.Harmless)];
                return fitting.Sum(finding => (long)finding.Sockets) >= atLeast ? fitting[0] : null;
            },
            evidence: () => $"{last}");
    }
}
