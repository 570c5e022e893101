// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Incidents.Software;
using Tracer.Incidents.Stage;
using Xunit;

namespace Tracer.Incidents;

/// <summary>Incident 5: forked PHP workers and several Redis servers.</summary>
public sealed class ServicesTests() : IncidentTest((PhpCli.Program, PhpCli.Package), (Redis.Program, Redis.Package))
{
    private const string Page = "5-php-workers.md";

    [Fact]
    public async Task With_a_daemon_the_workers_the_peers_and_the_line_that_opened_are_named()
    {
        await using ServicesIncident incident = new(closes: false);
        Answer answer = await Why.WithDaemon(incident);
        Finding finding = FindingAssert.Only(answer, incident);
        AssertWhatIsStuck(finding, incident);
        finding.ShowsLine(finding.Origin, Site.Types.Role.Connect, "Rpc::connect", "rpc.php", SourceLine.Of("services/rpc.php", "opens"));
        finding.HasCounts(opened: ServicesIncident.SocketCount, closed: 0);
        Capture.Check(Page, "daemon", incident, answer);
    }

    [Fact]
    public async Task On_a_bare_host_the_workers_and_the_peers_are_named_and_the_opener_is_said_to_be_unknown()
    {
        await using ServicesIncident incident = new(closes: false);
        Answer answer = await Why.OnBareHost(incident);
        Finding finding = FindingAssert.Only(answer, incident);
        AssertWhatIsStuck(finding, incident);
        finding.OpenerIsUnknown();
        Capture.Check(Page, "bare", incident, answer);
    }

    [Theory]
    [MemberData(nameof(Ways.Both), MemberType = typeof(Ways))]
    public async Task Workers_that_close_are_in_no_finding(Way way)
    {
        await using ServicesIncident incident = new(closes: true);
        FindingAssert.None(await Why.Ask(way, incident), incident);
    }

    private static void AssertWhatIsStuck(Finding finding, ServicesIncident incident)
    {
        finding.HasVerdict(Verdict.EofNotRead, Severity.Notice);
        finding.IsOwnedBy("php8.2", incident.Workers);
        finding.HasSockets(ServicesIncident.SocketCount);
        finding.HasPeers([.. incident.Ports]);
        // Redis looks at whole seconds, from time to time: a second later at most.
        finding.HasPlateau(ServicesIncident.IdleTimeout + TimeSpan.FromSeconds(0.5));
        finding.HasNoEnds();
    }
}
