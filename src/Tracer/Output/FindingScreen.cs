// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using ThreadState = CloseWait.V1.ThreadState;

namespace Tracer.Output;

/// <summary>One finding, on one screen: what is wrong, why it is so, where in the code, and what to do.</summary>
internal sealed class FindingScreen
{
    private const int ExampleLimit = 3;

    private readonly OutputStyle _style;
    private readonly LabelledText _text;
    private readonly CodePlace _place;
    private readonly EvidenceRows _evidence;

    public FindingScreen(TextWriter output, OutputStyle style)
    {
        _style = style;
        _text = new LabelledText(output, style);
        _place = new CodePlace(_text, style);
        _evidence = new EvidenceRows(_text);
    }

    public void Write(Finding finding)
    {
        string severity = WireNames.Of(finding.Severity);
        _text.WriteParagraph(
            $"{severity}  {TargetText.Clean(finding.Headline)}", line => VerdictText.Paint(finding.Severity, line, _style.Palette), severity.Length + 2);
        _text.Write("verdict", VerdictText.Describe(finding.Verdict));
        _evidence.WriteWhy(finding.Evidence);
        WriteCode(finding);
        if (finding.Owner is not null)
            _text.Write("owner", FindingRows.Owner(finding.Owner), hang: 2);
        _text.Write("sockets", FindingRows.Numbers(finding), hang: 2);
        _text.Write("peers", FindingRows.Peers(finding), hang: 2);
        _text.Write("limits", FindingRows.Limits(finding), hang: 2);
        _text.Write("examples", finding.Examples.Take(ExampleLimit).Select(FindingRows.Example), hang: 2);
        _evidence.WriteAdvice(finding.Advice, finding.HarmlessWhen);
    }

    // The line to look at has its stack; the other place is there to find its way from.
    private void WriteCode(Finding finding)
    {
        ThreadState? blocked = FindBlocked(finding);
        if (finding.Code is { } code)
        {
            _place.Write(code, blocked is null ? null : ThreadRows.Describe(blocked));
            // The listener of the sockets is told of with its queue.
            if (finding.Origin is { } origin && !(origin.Role == Site.Types.Role.Listener && finding.Listener is not null))
                _place.WriteRow(origin);
        }
        else if (finding.Origin is not null)
        {
            _place.Write(finding.Origin);
        }
        _text.Write("now", ThreadRows.Describe(finding.Threads.Where(thread => thread != blocked)), hang: 2);
    }

    private static ThreadState? FindBlocked(Finding finding) => finding.Code is { Role: Site.Types.Role.Blocked, Actor: { Stack.Count: > 0 } actor }
        ? finding.Threads.FirstOrDefault(thread => thread.Pid == actor.Pid && thread.Tid == actor.Tid)
        : null;
}
