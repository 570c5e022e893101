// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Incidents.Software;
using Tracer.Incidents.Stage;
using Xunit;

namespace Tracer.Incidents;

/// <summary>Incident 4: connections kept in a Java pool, all closed by the server's idle timeout, and nobody reads them.</summary>
public sealed class InventoryTests() : IncidentTest((Nginx.Program, Nginx.Package), ("/usr/bin/java", "openjdk-17-jdk-headless"))
{
    private const string Page = "4-java-pool.md";

    [Fact]
    public async Task Pool_is_named_by_its_connect_and_the_servers_timeout()
    {
        await using InventoryIncident incident = new(evicts: false);
        Answer answer = await Why.WithDaemon(incident);
        Finding finding = AssertUnread(answer, incident);
        finding.ShowsLine(
            finding.Origin, Site.Types.Role.Connect, "InventoryClient$ConnectionPool.connect", "InventoryClient.java", SourceLine.Of(InventoryIncident.Program, "connects"));
        finding.HasCounts(opened: InventoryIncident.Connections, closed: 0);
        Capture.Check(Page, "daemon", incident, answer);
    }

    [Fact]
    public async Task Pool_is_named_on_a_bare_host()
    {
        await using InventoryIncident incident = new(evicts: false);
        Answer answer = await Why.OnBareHost(incident);
        Finding finding = AssertUnread(answer, incident);
        finding.OpenerIsUnknown();
        Capture.Check(Page, "bare", incident, answer);
    }

    [Fact]
    public async Task Pool_that_closes_idle_connections_has_no_finding()
    {
        await using InventoryIncident twin = new(evicts: true);
        FindingAssert.None(await Why.WithDaemon(twin), twin);
        await twin.Happen();
        FindingAssert.None(await Why.OnBareHost(twin), twin);
    }

    private static Finding AssertUnread(Answer answer, InventoryIncident incident)
    {
        Finding finding = FindingAssert.Only(answer, incident);
        finding.HasVerdict(Verdict.EofNotRead, Severity.Notice);
        finding.IsOwnedBy("java", [incident.Pid]);
        finding.HasSockets(InventoryIncident.Connections);
        finding.HasPeers(incident.ServerPort);
        finding.HasPlateau(InventoryIncident.KeepaliveTimeout);
        finding.That(!finding.IsOwnerBlocked, "its threads wait for work, not elsewhere");
        finding.That(finding.Threads.Count > 0, "its threads were looked at");
        return finding;
    }
}
