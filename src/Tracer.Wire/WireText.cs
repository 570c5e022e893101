// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Net;
using System.Text;

namespace Tracer.Wire;

/// <summary>Turns wire bytes into objects for people. Allocates: not for the event path.</summary>
public static class WireText
{
    /// <summary>The name as text that is safe to print: control and format characters and invalid UTF-8 become U+FFFD.</summary>
    public static string ToText(this in WireComm comm) => ToText(comm.Name);

    /// <summary>Any kernel-supplied bytes as text that is safe to print on a terminal.</summary>
    public static string ToText(ReadOnlySpan<byte> utf8)
    {
        string text = Encoding.UTF8.GetString(utf8);
        return text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0 ? text : Sanitize(text);
    }

    internal static ReadOnlySpan<byte> UpToNul(ReadOnlySpan<byte> bytes)
    {
        int end = bytes.IndexOf((byte)0);
        return end < 0 ? bytes : bytes[..end];
    }

    /// <summary>The address; a v4-mapped one as plain IPv4, whatever the family of its socket.</summary>
    public static IPAddress ToIPAddress(this in WireAddress address) =>
        address.IsV4Mapped ? new IPAddress(address.Bytes[12..]) : new IPAddress(address.Bytes);

    private static string Sanitize(string text)
    {
        StringBuilder clean = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
            clean.Append(IsPrintable(rune) ? rune.ToString() : "\ufffd");
        return clean.ToString();
    }

    // Format characters include the bidirectional overrides, which can make one name look like another.
    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
