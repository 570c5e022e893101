// SPDX-License-Identifier: Apache-2.0
using System.Text;

namespace Tracer.House.Tests;

/// <summary>C# source with comments, strings and characters blanked out, line for line: what is left are names, operators and braces.</summary>
internal static class CSharpText
{
    public static string Strip(string source)
    {
        StringBuilder output = new(source.Length);
        int at = 0;
        while (at < source.Length)
        {
            int end = EndOfOpaque(source, at);
            if (end == at)
            {
                output.Append(source[at++]);
                continue;
            }
            foreach (char letter in source.AsSpan(at, end - at))
                output.Append(letter is '\n' ? '\n' : ' ');
            at = end;
        }
        return output.ToString();
    }

    /// <summary>Where the comment or literal that begins at this place ends; the place itself when none begins.</summary>
    private static int EndOfOpaque(string source, int at) => source[at] switch
    {
        '/' when Follows(source, at, "//") => IndexOrEnd(source, "\n", at),
        '/' when Follows(source, at, "/*") => IndexAfter(source, "*/", at + 2),
        '#' when IsFirstOnLine(source, at) => IndexOrEnd(source, "\n", at),
        '\'' => EndOfQuoted(source, at + 1, '\'', escapes: true),
        '"' or '$' or '@' => EndOfString(source, at),
        _ => at,
    };

    private static int EndOfString(string source, int at)
    {
        int quote = at;
        while (quote < source.Length && source[quote] is '$' or '@')
            quote++;
        if (quote >= source.Length || source[quote] != '"')
            return at;
        ReadOnlySpan<char> prefix = source.AsSpan(at, quote - at);
        int quotes = 0;
        while (quote + quotes < source.Length && source[quote + quotes] == '"')
            quotes++;
        if (quotes >= 3)
            return IndexAfter(source, new string('"', quotes), quote + quotes);
        bool verbatim = prefix.Contains('@');
        return prefix.Contains('$')
            ? EndOfInterpolated(source, quote + 1, verbatim)
            : EndOfQuoted(source, quote + 1, '"', escapes: !verbatim);
    }

    private static int EndOfQuoted(string source, int at, char quote, bool escapes)
    {
        for (; at < source.Length; at++)
        {
            if (escapes && source[at] == '\\')
                at++;
            else if (source[at] == quote && !escapes && Follows(source, at, "\"\""))
                at++;
            else if (source[at] == quote)
                return at + 1;
        }
        return source.Length;
    }

    /// <summary>Holes may hold literals with quotes and braces of their own.</summary>
    private static int EndOfInterpolated(string source, int at, bool verbatim)
    {
        int depth = 0;
        while (at < source.Length)
        {
            if (depth > 0)
            {
                int end = EndOfOpaque(source, at);
                depth += end > at ? 0 : source[at] switch { '{' => 1, '}' => -1, _ => 0 };
                at = Math.Max(end, at + 1);
            }
            else if ((!verbatim && source[at] == '\\') || Follows(source, at, "{{") || (verbatim && Follows(source, at, "\"\"")))
                at += 2;
            else if (source[at] == '"')
                return at + 1;
            else
                depth += source[at++] == '{' ? 1 : 0;
        }
        return source.Length;
    }

    private static bool Follows(string source, int at, string text) => string.CompareOrdinal(source, at, text, 0, text.Length) == 0;

    private static bool IsFirstOnLine(string source, int at)
    {
        while (at > 0 && source[at - 1] is ' ' or '\t')
            at--;
        return at == 0 || source[at - 1] == '\n';
    }

    private static int IndexOrEnd(string source, string text, int from)
    {
        int at = source.IndexOf(text, from, StringComparison.Ordinal);
        return at < 0 ? source.Length : at;
    }

    private static int IndexAfter(string source, string text, int from) => Math.Min(IndexOrEnd(source, text, from) + text.Length, source.Length);
}
