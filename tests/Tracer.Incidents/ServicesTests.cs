// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Incidents.Software;
using Tracer.Incidents.Stage;
using Xunit;

namespace Tracer.Incidents;

/// <summary>Incident 5: forked PHP workers and several Redis servers.</summary>
public sealed class ServicesTests() : IncidentTest((PhpCli.Program, PhpCli.Package), (Redis.Program, Redis.Package))
{
    // Sockets in CLOSE_WAIT on the host.
    private const int Alarm = 10;

    private const string Page = "5-php-workers.md";

    [Fact]
    public async Task With_a_daemon_the_workers_the_peers_and_the_line_that_opened_are_named()
    {
        await using ServicesIncident incident = new(closes: false);
        Answer answer = await Why.WithDaemon(incident);
        Finding finding = FindingAssert.Only(answer, incident);
        AssertWhatIsStuck(finding, incident);
        AssertOpener(finding);
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

    [Fact]
    public async Task The_scene_is_saved_when_the_alarm_fires_and_explains_itself_later()
    {
        await using ServicesIncident incident = new(closes: false);
        await incident.Start();
        using ScratchFolder folder = new();
        string scenes = folder.PathOf("scenes");
        // The machine's own are not ours to count.
        int threshold = (await SsTable.CloseWaits()).Length + Alarm;
        await using (Daemon daemon = await Daemon.Start("--capture-when", $"close_wait > {threshold}", "--capture-dir", scenes))
        {
            await Why.UntilCodeIsKnown(daemon);
            await incident.Happen();
            await Deadline.Until("the scene is saved", () => Saved(scenes).Length > 0, evidence: () => string.Join('\n', daemon.Process.Errors));
        }

        // It is read when all that it tells of is gone.
        int[] workers = incident.Workers;
        await incident.DisposeAsync();
        string scene = Assert.Single(Saved(scenes));
        Answer answer = await Why.FromScene(incident, scene);
        Finding finding = FindingAssert.Only(answer, incident);
        finding.HasVerdict(Verdict.EofNotRead, Severity.Notice);
        finding.That(finding.Sockets is > Alarm and <= ServicesIncident.SocketCount, $"more than {Alarm} sockets");
        finding.That(finding.Owner.Processes.All(process => workers.Contains((int)process.Pid)), "the owners are workers");
        AssertOpener(finding);
        Capture.Check(Page, "scene", incident, $"closewait why --from {Path.GetFileName(scene)}", answer.Text);
    }

    [Theory]
    [MemberData(nameof(Ways.Both), MemberType = typeof(Ways))]
    public async Task Workers_that_close_are_in_no_finding(Way way)
    {
        await using ServicesIncident incident = new(closes: true);
        FindingAssert.None(await Why.Ask(way, incident), incident);
    }

    private static string[] Saved(string folder) => Directory.Exists(folder) ? Directory.GetFiles(folder, "*.gz") : [];

    private static void AssertOpener(Finding finding) =>
        finding.ShowsLine(finding.Origin, Site.Types.Role.Connect, "Rpc::connect", "rpc.php", SourceLine.Of("services/rpc.php", "opens"));

    private static void AssertWhatIsStuck(Finding finding, ServicesIncident incident)
    {
        finding.HasVerdict(Verdict.EofNotRead, Severity.Notice);
        finding.IsOwnedBy("php8.2", incident.Workers);
        finding.HasSockets(ServicesIncident.SocketCount);
        finding.HasPeers([.. incident.Ports]);
        // A connection made in the middle of a second has been idle for another half of one when Redis counts the seconds.
        finding.HasPlateau(ServicesIncident.IdleTimeout + TimeSpan.FromSeconds(0.5));
        finding.HasNoEnds();
    }
}
