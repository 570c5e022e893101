// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;

namespace Tracer.Output;

/// <summary>Why, what to do, and when it is harmless: the rows that findings and single sockets share.</summary>
internal sealed class EvidenceRows(LabelledText text)
{
    /// <summary>What the marks before each piece of evidence mean.</summary>
    public const string Legend = "+ observed   ~ inferred   ? not known";

    private const int MarkWidth = 2;

    public void WriteWhy(IEnumerable<Evidence> evidence) =>
        text.Write("why", evidence.Select(item => $"{Mark(item.Kind)} {TargetText.Clean(item.Text)}"), MarkWidth);

    public void WriteAdvice(IReadOnlyList<string> advice, string harmlessWhen)
    {
        if (advice.Count == 1)
            text.Write("to do", TargetText.Clean(advice[0]));
        else
            text.Write("to do", advice.Select((item, i) => $"{i + 1}. {TargetText.Clean(item)}"), hang: 3);
        if (harmlessWhen.Length > 0)
            text.Write("harmless", "when " + TargetText.Clean(harmlessWhen));
    }

    private static char Mark(Evidence.Types.Kind kind) => kind switch
    {
        Evidence.Types.Kind.Observed => '+',
        Evidence.Types.Kind.Inferred => '~',
        _ => '?',
    };
}
