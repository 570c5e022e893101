// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Incidents.Software;
using Tracer.Incidents.Stage;
using Xunit;

namespace Tracer.Incidents;

/// <summary>Incident 1: Apache, mod_php and nginx.</summary>
public sealed class ShopTests() : IncidentTest((Nginx.Program, Nginx.Package), (Apache.Program, Apache.Package))
{
    private const string Page = "1-apache-mod-php.md";

    [Fact]
    public async Task With_a_daemon_the_workers_and_the_line_that_opened_are_named()
    {
        await using ShopIncident incident = new(ShopKind.KeepsStreams);
        Answer answer = await Why.WithDaemon(incident);
        Finding finding = FindingAssert.Only(answer, incident);
        AssertWhatIsStuck(finding, incident);
        finding.ShowsLine(finding.Origin, Site.Types.Role.Connect, "Stock::connect", "stock.php", SourceLine.Of("apache/stock.php", "opens"));
        finding.That(finding.Origin.Request == "GET /cart.php", "the request that opened it is named");
        finding.HasCounts(opened: ShopIncident.WorkerCount, closed: 0);
        Capture.Check(Page, "daemon", incident, answer);
    }

    [Fact]
    public async Task On_a_bare_host_the_workers_are_named_and_the_opener_is_said_to_be_unknown()
    {
        await using ShopIncident incident = new(ShopKind.KeepsStreams);
        Answer answer = await Why.OnBareHost(incident);
        Finding finding = FindingAssert.Only(answer, incident);
        AssertWhatIsStuck(finding, incident);
        finding.OpenerIsUnknown();
        Capture.Check(Page, "bare", incident, answer);
    }

    [Fact]
    public async Task With_a_daemon_the_line_that_asked_curl_is_named_and_what_its_worker_does_now()
    {
        await using ShopIncident incident = new(ShopKind.KeepsHandles);
        Finding finding = FindingAssert.Only(await Why.WithDaemon(incident), incident);
        AssertWhatIsStuck(finding, incident);
        finding.ShowsLine(finding.Origin, Site.Types.Role.Connect, "Export::stock", "export.php", SourceLine.Of("apache/export.php", "opens"));
        finding.HasThreadAt("Export::write", "export.php", SourceLine.Of("apache/export.php", "works"));
    }

    [Theory]
    [MemberData(nameof(Ways.Both), MemberType = typeof(Ways))]
    public async Task A_shop_that_closes_is_in_no_finding(Way way)
    {
        await using ShopIncident incident = new(ShopKind.Closes);
        FindingAssert.None(await Why.Ask(way, incident), incident);
    }

    private static void AssertWhatIsStuck(Finding finding, ShopIncident incident)
    {
        finding.HasVerdict(Verdict.EofNotRead, Severity.Notice);
        finding.IsOwnedBy("apache2", incident.Workers);
        finding.HasSockets(ShopIncident.WorkerCount);
        finding.HasPeers(incident.StockPort);
        finding.HasPlateau(ShopIncident.IdleTimeout);
        finding.HasNoEnds();
    }
}
