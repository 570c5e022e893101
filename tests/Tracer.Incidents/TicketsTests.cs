// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Incidents.Software;
using Tracer.Incidents.Stage;
using Xunit;
using ThreadState = CloseWait.V1.ThreadState;

namespace Tracer.Incidents;

/// <summary>Incident 3: most of the sockets were never accepted, because the only event loop waits for a third party now.</summary>
public sealed class TicketsTests() : IncidentTest((Nginx.Program, Nginx.Package))
{
    // The queue takes one more than the backlog says.
    private const int FullQueue = TicketsIncident.Backlog + 1;

    private const string Page = "3-tornado.md";

    [Fact]
    public async Task Blocked_event_loop_is_shown_where_it_waits()
    {
        await using TicketsIncident incident = new(isBlocking: true);
        Answer answer = await Why.WithDaemon(incident);
        AssertNamed(answer, incident);
        Finding unread = answer.About(incident).Single(finding => finding.Verdict == Verdict.EofNotRead);
        unread.That(unread.Origin.Role == Site.Types.Role.Accept, "they were accepted");
        Capture.Check(Page, "daemon", incident, answer);
    }

    [Fact]
    public async Task Blocked_event_loop_is_shown_on_a_bare_host()
    {
        await using TicketsIncident incident = new(isBlocking: true);
        Answer answer = await Why.OnBareHost(incident);
        AssertNamed(answer, incident);
        Capture.Check(Page, "bare", incident, answer);
    }

    [Fact]
    public async Task Event_loop_that_waits_without_blocking_has_no_finding()
    {
        await using TicketsIncident twin = new(isBlocking: false);
        FindingAssert.None(await Why.WithDaemon(twin), twin);
        await twin.Happen();
        FindingAssert.None(await Why.OnBareHost(twin), twin);
    }

    // Both modes: all of it is there to be seen now.
    private static void AssertNamed(Answer answer, TicketsIncident incident)
    {
        Finding[] findings = answer.About(incident);
        Assert.Equal([Verdict.NeverAccepted, Verdict.EofNotRead], findings.Select(finding => finding.Verdict));
        AssertQueue(findings[0], incident);
        foreach (Finding finding in findings)
        {
            finding.IsOwnedBy("python3", [incident.Pid]);
            AssertBlocked(finding, incident);
        }
        findings[1].HasSockets(TicketsIncident.Accepted);
    }

    private static void AssertQueue(Finding finding, TicketsIncident incident)
    {
        finding.HasVerdict(Verdict.NeverAccepted, Severity.Critical);
        finding.HasSockets(FullQueue);
        ListenerUse listener = finding.Listener;
        finding.That(
            listener is { LocalAddress: "127.0.0.1", QueueLength: FullQueue, QueueLimit: TicketsIncident.Backlog, Stuck: FullQueue }
                && listener.LocalPort == incident.ServicePort,
            "the listener's queue is full of them");
    }

    private static void AssertBlocked(Finding finding, TicketsIncident incident)
    {
        finding.That(finding.IsOwnerBlocked, "the owner is blocked");
        ThreadState loop = finding.Threads.First();
        finding.That(loop is { State: "sleeping", Syscall: "recvfrom" } && loop.Tid == incident.Pid, "the event loop sleeps in recvfrom");
        finding.That(loop.SyscallTarget.Contains($"-> 127.0.0.1:{incident.ThirdPartyPort}", StringComparison.Ordinal), "it waits for the third party");
        string[] stack = [.. loop.Stack.Select(frame => frame.Function)];
        int urlopen = Array.IndexOf(stack, "urlopen"), query = Array.IndexOf(stack, "query_third_party");
        finding.That(stack.FirstOrDefault("").Contains("recv", StringComparison.Ordinal) && urlopen > 0 && query > urlopen, "recv < urlopen < query_third_party");
        finding.ShowsLine(finding.Code, Site.Types.Role.Blocked, "query_third_party", "tickets.py", SourceLine.Of(TicketsIncident.Program, "blocks"));
    }
}
