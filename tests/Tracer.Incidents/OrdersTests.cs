// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Incidents.Software;
using Tracer.Incidents.Stage;
using Xunit;

namespace Tracer.Incidents;

/// <summary>Incident 2: Go, go-sql-driver, haproxy and MariaDB.</summary>
public sealed class OrdersTests() : IncidentTest(
    (GoBuild.Program, GoBuild.Package), (OrdersIncident.Driver, OrdersIncident.DriverPackage), (HaProxy.Program, HaProxy.Package), (MariaDb.Program, MariaDb.Package))
{
    private const string Page = "2-go-transaction.md";

    [Fact]
    public async Task With_a_daemon_the_handler_that_began_the_transactions_is_named()
    {
        await using OrdersIncident incident = new(isCareful: false);
        Answer answer = await Why.WithDaemon(incident);
        Finding finding = FindingAssert.Only(answer, incident);
        AssertWhatIsStuck(finding, incident);
        finding.ShowsLine(finding.Origin, Site.Types.Role.Connect, "main.(*MainController).update", "main.go", SourceLine.Of("orders/main.go", "opens"));
        finding.HasCounts(opened: OrdersIncident.RequestCount, closed: 0);
        Capture.Check(Page, "daemon", incident, answer);
    }

    [Fact]
    public async Task On_a_bare_host_the_service_is_named_and_the_opener_is_said_to_be_unknown()
    {
        await using OrdersIncident incident = new(isCareful: false);
        Answer answer = await Why.OnBareHost(incident);
        Finding finding = FindingAssert.Only(answer, incident);
        AssertWhatIsStuck(finding, incident);
        finding.OpenerIsUnknown();
        Capture.Check(Page, "bare", incident, answer);
    }

    [Theory]
    [MemberData(nameof(Ways.Both), MemberType = typeof(Ways))]
    public async Task A_service_that_rolls_back_is_in_no_finding(Way way)
    {
        await using OrdersIncident incident = new(isCareful: true);
        FindingAssert.None(await Why.Ask(way, incident), incident);
    }

    private static void AssertWhatIsStuck(Finding finding, OrdersIncident incident)
    {
        finding.HasVerdict(Verdict.EofNotRead, Severity.Notice);
        finding.IsOwnedBy("orders", [incident.Pid]);
        finding.HasSockets(OrdersIncident.RequestCount);
        finding.HasPeers(incident.Proxy);
        finding.HasPlateau(OrdersIncident.IdleTimeout);
        finding.HasNoEnds();
    }
}
