// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Google.Protobuf.WellKnownTypes;
using Xunit;

namespace Tracer.Incidents.Stage;

/// <summary>What the issue asks of each answer; a failure shows the finding as it is.</summary>
internal static class FindingAssert
{
    /// <summary>The only finding about the incident.</summary>
    public static Finding Only(Answer answer, Incident incident)
    {
        Finding[] findings = answer.About(incident);
        Assert.True(findings.Length == 1, $"{findings.Length} findings instead of one:\n{string.Join('\n', findings.Select(finding => finding.ToString()))}\nall: {answer.Json}");
        return findings[0];
    }

    public static void None(Answer answer, Incident incident)
    {
        Finding[] findings = answer.About(incident);
        Assert.True(findings.Length == 0, $"findings about healthy software:\n{string.Join('\n', findings.Select(finding => finding.ToString()))}");
    }

    public static void HasVerdict(this Finding finding, Verdict verdict, Severity atLeast)
    {
        That(finding.Verdict == verdict, $"the verdict is {verdict}", finding);
        That(finding.Severity >= atLeast, $"at least {atLeast}", finding);
    }

    public static void IsOwnedBy(this Finding finding, string comm, IEnumerable<int> pids)
    {
        That(finding.Owner.Comm == comm, $"the owner is {comm}", finding);
        int[] expected = [.. pids.Order()];
        int[] found = [.. finding.Owner.Processes.Select(process => (int)process.Pid).Order()];
        That(found.SequenceEqual(expected), $"the owner's pids are {string.Join(' ', expected)}", finding);
    }

    public static void HasSockets(this Finding finding, int count) => That(finding.Sockets == (ulong)count, $"{count} sockets", finding);

    public static void HasCounts(this Finding finding, int opened, int closed)
    {
        That(finding.Opened == (ulong)opened, $"{opened} were opened", finding);
        That(finding.Closed == (ulong)closed, $"{closed} are gone", finding);
    }

    public static void HasEnd(this Finding finding, EndReason reason, int count) =>
        That(finding.Ends.SingleOrDefault(end => end.Reason == reason)?.Count == (ulong)count, $"{count} ended by {reason}", finding);

    /// <summary>The line to look at, among the frames of the site's stack as the one to show.</summary>
    public static void ShowsLine(this Finding finding, Site? site, string function, string file, int line)
    {
        Frame? shown = site?.Actor is { HasUserFrame: true } actor ? actor.Stack[(int)actor.UserFrame] : null;
        bool isThat = shown is not null && shown.Function == function && Path.GetFileName(shown.File) == file && shown.Line == line;
        That(isThat, $"the line to show is {function} ({file}:{line}), not {shown}", finding);
        That(site!.Label.Contains(function, StringComparison.Ordinal), $"the label names {function}", finding);
    }

    public static void HasPeers(this Finding finding, params int[] ports)
    {
        int[] found = [.. finding.Peers.Where(peer => peer.Address == "127.0.0.1").Select(peer => (int)peer.Port).Order()];
        That(found.SequenceEqual(ports.Order()), $"the peers are those on {string.Join(' ', ports)}", finding);
        That(finding.PeerCount == ports.Length, $"{ports.Length} peers", finding);
    }

    /// <summary>All idle times are somebody's timeout.</summary>
    public static void HasPlateau(this Finding finding, TimeSpan timeout, TimeSpan tolerance)
    {
        That(finding.Plateau is { IsPlateau: true }, "a plateau was recognised", finding);
        TimeSpan idle = finding.Plateau.Idle.ToTimeSpan();
        That((idle - timeout).Duration() <= tolerance, $"the plateau is at {timeout.TotalSeconds} s, give or take {tolerance.TotalSeconds}", finding);
        That(finding.Plateau.Matching == finding.Sockets, "all of them are on it", finding);
    }

    public static void Says(this Finding finding, Evidence.Types.Kind kind, string words) =>
        That(
            finding.Evidence.Any(evidence => evidence.Kind == kind && evidence.Text.Contains(words, StringComparison.OrdinalIgnoreCase)),
            $"{kind} evidence says '{words}'",
            finding);

    public static void IsAtLeast(this Finding finding, Duration? duration, TimeSpan least) =>
        That(duration is not null && duration.ToTimeSpan() >= least, $"at least {least.TotalSeconds} s", finding);

    public static void That(bool condition, string claim, Finding finding) => Assert.True(condition, $"not true: {claim}\n{finding}");
}
