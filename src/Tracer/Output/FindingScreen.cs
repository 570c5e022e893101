// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Role = CloseWait.V1.Site.Types.Role;
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
        if (FindingRows.Peers(finding) is { Length: > 0 } peers)
            _text.Write("peers", peers, hang: 2);
        _text.Write("sockets", [FindingRows.Sockets(finding), .. finding.Examples.Take(ExampleLimit).Select(socket => FindingRows.Example(socket, finding.Owner))], hang: 2);
        _evidence.WriteAdvice(finding.Advice, finding.HarmlessWhen);
    }

    // The line to look at has its stack; the other place is there to find its way from.
    private void WriteCode(Finding finding)
    {
        ThreadState? blocked = FindBlocked(finding);
        if (finding.Code is { } code)
        {
            _place.Write(code, blocked is null ? null : ThreadRows.Describe(blocked));
            // The listener of the sockets is told of in the evidence; one place is not told of twice.
            if (finding.Origin is { } origin && origin.Role != Role.Listener && origin.Label != code.Label)
                _place.WriteRow(origin);
        }
        else if (finding.Origin is not null)
        {
            _place.Write(finding.Origin);
        }
        // Of one that is blocked the evidence tells; of the others, where they are is all there is to tell.
        if (!finding.IsOwnerBlocked && finding.Code?.Role != Role.Blocked)
            _text.Write("now", ThreadRows.Describe(finding.Threads.Where(thread => thread.IsSuspect)), hang: 2);
    }

    private static ThreadState? FindBlocked(Finding finding) => finding.Code is { Role: Role.Blocked, Actor: { } actor }
        ? finding.Threads.FirstOrDefault(thread => thread.Pid == actor.Pid && thread.Tid == actor.Tid)
        : null;
}
