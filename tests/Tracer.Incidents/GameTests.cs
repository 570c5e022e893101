// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Google.Protobuf.WellKnownTypes;
using Tracer.Incidents.Software;
using Tracer.Incidents.Stage;
using Xunit;

namespace Tracer.Incidents;

/// <summary>Incident 6: the server reads the end and forgets to close, until its descriptors have run out.</summary>
public sealed class GameTests : IncidentTest
{
    private const string Page = "6-game-server.md";

    [Fact]
    public async Task Descriptor_leak_is_named_by_the_line_that_read_the_end()
    {
        await using GameIncident incident = new(Farewell.Forgets);
        Answer answer = await Why.WithDaemon(incident);
        Finding finding = FindingAssert.Only(answer, incident);
        AssertLeak(finding, incident);
        finding.HasSockets(GameIncident.Leavers);
        finding.HasCounts(opened: GameIncident.Leavers, closed: 0);
        // Where this kernel does not tell of accept(), their first use stands in for it.
        finding.ShowsLine(finding.Origin, Site.Types.Role.Accept, "Conn::on_readable()", "server.cpp", SourceLine.Of(GameServer.Program, "reads"));
        AssertEndWasRead(finding);
        AssertRunsOut(finding);
        Capture.Check(Page, "daemon", incident, answer);
    }

    [Fact]
    public async Task Descriptor_leak_is_named_on_a_bare_host()
    {
        await using GameIncident incident = new(Farewell.Forgets);
        Answer answer = await Why.OnBareHost(incident);
        Finding finding = FindingAssert.Only(answer, incident);
        AssertLeak(finding, incident);
        finding.HasSockets(GameIncident.Leavers);
        finding.That(finding.Origin.Role == Site.Types.Role.Listener && finding.Origin.Actor is null, "the origin is the listener: nobody saw them accepted");
        Capture.Check(Page, "bare", incident, answer);
    }

    [Fact]
    public async Task Server_out_of_descriptors_leaves_its_clients_in_the_queue()
    {
        await using GameIncident incident = new(Farewell.Forgets, isExhausted: true);
        Answer answer = await Why.WithDaemon(incident);
        Finding leak = answer.About(incident).Single(finding => finding.Verdict == Verdict.EofReadNotClosed);
        AssertLeak(leak, incident);
        AssertEndWasRead(leak);
        leak.That(leak.Descriptors[0].Open == GameIncident.Descriptors, "no descriptor is left");
        leak.HasVerdict(Verdict.EofReadNotClosed, Severity.Critical);
        AssertQueue(answer, incident);
        Capture.Check(Page, "exhausted", incident, answer);
    }

    private static void AssertLeak(Finding finding, GameIncident incident)
    {
        finding.HasVerdict(Verdict.EofReadNotClosed, Severity.Notice);
        finding.IsOwnedBy("server", [incident.Pid]);
        DescriptorUse use = Assert.Single(finding.Descriptors);
        finding.That(use.Pid == incident.Pid && use.Limit == GameIncident.Descriptors, "the descriptors of the server are known");
        finding.That(use.Stuck == finding.Sockets && use.Open >= use.Stuck, "the stuck sockets are among them");
        finding.That(Math.Abs(use.Share - (double)use.Open / GameIncident.Descriptors) < 0.001, "so is their share");
    }

    private static void AssertEndWasRead(Finding finding) =>
        finding.ShowsLine(finding.Code, Site.Types.Role.EofRead, "Conn::on_readable()", "server.cpp", SourceLine.Of(GameServer.Program, "reads"));

    // 25 a second: the other half is gone in seconds.
    private static void AssertRunsOut(Finding finding)
    {
        finding.That(finding.Severity == Severity.Critical, "descriptors run out within the hour");
        finding.That(finding.GrowthPerMinute >= GameIncident.Leavers, "it grows");
        Duration? left = finding.Descriptors[0].TimeToExhaustion;
        finding.That(left is not null && left.ToTimeSpan() < TimeSpan.FromMinutes(2), "it ends in minutes");
    }

    private static void AssertQueue(Answer answer, GameIncident incident)
    {
        Finding queued = answer.About(incident).Single(finding => finding.Verdict == Verdict.NeverAccepted);
        queued.IsOwnedBy("server", [incident.Pid]);
        queued.HasSockets(GameIncident.LateComers);
        queued.That(
            queued.Listener is { QueueLength: GameIncident.LateComers, QueueLimit: 128, Stuck: GameIncident.LateComers } && queued.Listener.LocalPort == incident.Port,
            "they wait in the queue of the listener");
        queued.That(queued.Descriptors.Any(use => use.Open == use.Limit), "the reason is beside it: no descriptor is left");
    }
}
