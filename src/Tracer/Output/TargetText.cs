// SPDX-License-Identifier: Apache-2.0
using System.Buffers;
using System.Globalization;
using System.Text;

namespace Tracer.Output;

/// <summary>Makes text that a traced process chose safe for a terminal.</summary>
internal static class TargetText
{
    private const char Replacement = '?';

    // Printable ASCII: nearly every name, answered without looking at categories.
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        [.. Enumerable.Range(0x20, 0x7f - 0x20).Select(code => (char)code)]);

    /// <summary>Replaces everything that could move the cursor, reorder the line or end it.</summary>
    public static string Clean(string text) => Rewrite(text, (clean, _) => clean.Append(Replacement));

    /// <summary>Escapes the same in a line of JSON: there it can only stand inside a string, which keeps its value.</summary>
    public static string EscapeJson(string json) => Rewrite(json, (clean, rune) =>
    {
        foreach (char unit in rune.ToString())
            clean.Append($"\\u{(int)unit:x4}");
    });

    /// <summary>Cuts to a number of characters, with a mark where something is missing.</summary>
    public static string Cut(string text, int limit)
    {
        if (text.Length <= limit)
            return text;
        int end = limit - 1;
        if (char.IsHighSurrogate(text[end - 1]))
            end--;
        return string.Concat(text.AsSpan(0, end), "…");
    }

    private static string Rewrite(string text, Action<StringBuilder, Rune> appendHarmful)
    {
        if (!text.AsSpan().ContainsAnyExcept(Plain))
            return text;
        var clean = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (IsHarmful(rune))
                appendHarmful(clean, rune);
            else
                clean.Append(rune.ToString());
        }
        return clean.ToString();
    }

    // Format covers the bidirectional overrides and zero-width characters.
    private static bool IsHarmful(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;
}
