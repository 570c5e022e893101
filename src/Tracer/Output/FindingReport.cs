// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;

namespace Tracer.Output;

/// <summary>The answer: findings, worst first, then what else is known of the host.</summary>
internal sealed class FindingReport(TextWriter output, OutputStyle style)
{
    private readonly LabelledText _text = new(output, style);
    private readonly SummaryRows _summary = new(new LabelledText(output, style), style);

    /// <param name="answer">What was found.</param>
    /// <param name="count">How many findings are shown.</param>
    /// <param name="minAge">Younger sockets were not judged.</param>
    /// <param name="longerLook">What else could be known, and how.</param>
    public void Write(ListFindingsResponse answer, int count, TimeSpan minAge, string longerLook)
    {
        HostSummary summary = answer.Summary ?? new HostSummary();
        if (answer.Findings.Count == 0)
        {
            _summary.WriteNothingFound(summary, minAge, longerLook);
            return;
        }
        var screen = new FindingScreen(output, style);
        foreach (Finding finding in answer.Findings.Take(count))
        {
            screen.Write(finding);
            _text.WriteBlank();
        }
        int left = answer.Findings.Count - count;
        if (left > 0)
        {
            _text.WriteParagraph($"{left} more {(left == 1 ? "finding" : "findings")}: --count {answer.Findings.Count} shows all.", style.Palette.Heading);
            _text.WriteBlank();
        }
        _summary.Write(summary);
    }
}
