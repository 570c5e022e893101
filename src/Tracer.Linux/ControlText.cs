// SPDX-License-Identifier: Apache-2.0
using System.Buffers;
using System.Globalization;
using System.Text;

namespace Tracer.Linux;

/// <summary>Makes names that come from observed processes safe to print, log and send.</summary>
public static class ControlText
{
    /// <summary>What a control character, a broken UTF-8 sequence or an invisible formatting character becomes.</summary>
    public const char Replacement = '\uFFFD';

    /// <summary>Decodes UTF-8 and replaces what could steer a terminal or hide text.</summary>
    public static string Sanitize(ReadOnlySpan<byte> bytes)
    {
        // Most names are printable ASCII: one scan, one string.
        if (bytes.IndexOfAnyExceptInRange((byte)0x20, (byte)0x7e) < 0)
            return Encoding.ASCII.GetString(bytes);

        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            OperationStatus status = Rune.DecodeFromUtf8(bytes, out Rune rune, out int used);
            Append(text, status == OperationStatus.Done && IsPrintable(rune) ? rune : new Rune(Replacement));
            bytes = bytes[used..];
        }

        return text.ToString();
    }

    /// <summary>Replaces lone surrogates and what could steer a terminal or hide text.</summary>
    public static string Sanitize(string text)
    {
        if (text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0)
            return text;

        var clean = new StringBuilder(text.Length);
        ReadOnlySpan<char> rest = text;
        while (!rest.IsEmpty)
        {
            OperationStatus status = Rune.DecodeFromUtf16(rest, out Rune rune, out int used);
            Append(clean, status == OperationStatus.Done && IsPrintable(rune) ? rune : new Rune(Replacement));
            rest = rest[used..];
        }

        return clean.ToString();
    }

    private static void Append(StringBuilder text, Rune rune)
    {
        Span<char> units = stackalloc char[2];
        text.Append(units[..rune.EncodeToUtf16(units)]);
    }

    // Format covers the bidirectional overrides, which reorder a line on screen.
    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate);
}
