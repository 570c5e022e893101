// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Google.Protobuf.WellKnownTypes;
using Xunit;

namespace Tracer.Incidents.Stage;

/// <summary>What the issue asks of each answer; a failure shows the finding as it is.</summary>
internal static class FindingAssert
{
    // Timers of a busy machine are late, all of them alike: that they agree with each other is asked for much more closely, by the finding itself.
    private static readonly TimeSpan PlateauTolerance = TimeSpan.FromSeconds(0.9);

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
        finding.That(finding.Verdict == verdict, $"the verdict is {verdict}");
        finding.That(finding.Severity >= atLeast, $"at least {atLeast}");
    }

    public static void IsOwnedBy(this Finding finding, string comm, IEnumerable<int> pids)
    {
        finding.That(finding.Owner.Comm == comm, $"the owner is {comm}");
        int[] expected = [.. pids.Order()];
        int[] found = [.. finding.Owner.Processes.Select(process => (int)process.Pid).Order()];
        finding.That(found.SequenceEqual(expected), $"the owner's pids are {string.Join(' ', expected)}");
    }

    public static void HasSockets(this Finding finding, int count) => finding.That(finding.Sockets == (ulong)count, $"{count} sockets");

    public static void HasCounts(this Finding finding, int opened, int closed)
    {
        finding.That(finding.Opened == (ulong)opened, $"{opened} were opened");
        finding.That(finding.Closed == (ulong)closed, $"{closed} are gone");
    }

    public static void HasNoEnds(this Finding finding) => finding.That(finding.Ends.All(end => end.Count == 0), "none has ended");

    public static void HasEnd(this Finding finding, EndReason reason, int count) =>
        finding.That(finding.Ends.SingleOrDefault(end => end.Reason == reason)?.Count == (ulong)count, $"{count} ended by {reason}");

    /// <summary>The site's line to show is this one, and its label says so.</summary>
    public static void ShowsLine(this Finding finding, Site? site, Site.Types.Role role, string function, string file, int line)
    {
        Frame? shown = site?.Actor is { HasUserFrame: true } actor ? actor.Stack[(int)actor.UserFrame] : null;
        finding.That(IsAt(shown, function, file, line), $"the line to show is {function} ({file}:{line}), not {shown}");
        finding.That(site!.Role == role, $"the site is a {role}");
        finding.That(site.Label.Contains(function, StringComparison.Ordinal), $"the label names {function}");
    }

    /// <summary>One of the owner's threads is there now.</summary>
    public static void HasThreadAt(this Finding finding, string function, string file, int line) => finding.That(
        finding.Threads.Any(thread => thread.HasUserFrame && IsAt(thread.Stack[(int)thread.UserFrame], function, file, line)),
        $"a thread is in {function} ({file}:{line}) now");

    /// <summary>Nobody saw the sockets open, and the answer does not pretend.</summary>
    public static void OpenerIsUnknown(this Finding finding)
    {
        finding.That(finding.Origin.Role == Site.Types.Role.Existed, "the origin is that they existed");
        finding.That(finding.Origin.Actor is null, "nobody is said to have opened them");
        finding.That(finding.Evidence.Any(evidence => evidence.Kind == Evidence.Types.Kind.Unknown), "something is said to be unknown");
    }

    public static void HasPeers(this Finding finding, params int[] ports)
    {
        int[] found = [.. finding.Peers.Where(peer => peer.Address is "127.0.0.1" or "::ffff:127.0.0.1").Select(peer => (int)peer.Port).Order()];
        finding.That(found.SequenceEqual(ports.Order()), $"the peers are those on {string.Join(' ', ports)}");
        finding.That(finding.PeerCount == ports.Length, $"{ports.Length} peers");
    }

    /// <summary>All idle times are somebody's timeout.</summary>
    public static void HasPlateau(this Finding finding, TimeSpan timeout)
    {
        finding.That(finding.Plateau is { IsPlateau: true }, "a plateau was recognised");
        TimeSpan idle = finding.Plateau.Idle.ToTimeSpan();
        finding.That((idle - timeout).Duration() <= PlateauTolerance, $"the plateau is at {timeout.TotalSeconds} s");
        finding.That(finding.Plateau.Matching == finding.Sockets, "all of them are on it");
    }

    public static void Says(this Finding finding, Evidence.Types.Kind kind, string words) =>
        finding.That(
            finding.Evidence.Any(evidence => evidence.Kind == kind && evidence.Text.Contains(words, StringComparison.OrdinalIgnoreCase)),
            $"{kind} evidence says '{words}'");

    public static void IsAtLeast(this Finding finding, Duration? duration, TimeSpan least) =>
        finding.That(duration is not null && duration.ToTimeSpan() >= least, $"at least {least.TotalSeconds} s");

    public static void That(this Finding finding, bool condition, string claim) => Assert.True(condition, $"not true: {claim}\n{finding}");

    private static bool IsAt(Frame? frame, string function, string file, int line) =>
        frame is not null && frame.Function == function && Path.GetFileName(frame.File) == file && frame.Line == line;
}
