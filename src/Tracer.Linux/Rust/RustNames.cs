// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text;

namespace Tracer.Linux.Rust;

/// <summary>Undoes what rustc's legacy mangling puts on top of the C++ one: a hash at the end and escapes for punctuation.</summary>
internal static class RustNames
{
    internal const string LlvmSuffix = ".llvm.";

    private const int HashDigits = 16;
    private const string HashMark = "17h";

    private static readonly (string Escape, string Text)[] Escapes =
    [
        ("$LT$", "<"), ("$GT$", ">"), ("$LP$", "("), ("$RP$", ")"), ("$RF$", "&"), ("$BP$", "*"), ("$SP$", "@"), ("$C$", ","), ("..", "::"),
    ];

    /// <summary>_ZN...17h0123456789abcdefE: a nested name whose last part is h and 16 hex digits.</summary>
    internal static bool IsLegacy(string mangled)
    {
        int hash = mangled.Length - 1 - HashDigits;
        return hash > HashMark.Length && mangled.StartsWith("_ZN", StringComparison.Ordinal) && mangled[^1] == 'E'
            && mangled.AsSpan(0, hash).EndsWith(HashMark) && !mangled.AsSpan(hash, HashDigits).ContainsAnyExcept("0123456789abcdef");
    }

    internal static string Simplify(string readable)
    {
        int hash = readable.LastIndexOf("::h", StringComparison.Ordinal);
        string name = hash > 0 && hash == readable.Length - HashDigits - 3 ? readable[..hash] : readable;
        if (!name.Contains('$') && !name.Contains("..", StringComparison.Ordinal))
            return name;

        // A part that starts with an escape carries an underscore that is not part of the name.
        name = name.Replace("_$", "$", StringComparison.Ordinal);
        foreach ((string escape, string text) in Escapes)
            name = name.Replace(escape, text, StringComparison.Ordinal);
        return ReplaceCodePoints(name);
    }

    // $u20$ is a space.
    private static string ReplaceCodePoints(string name)
    {
        int mark = name.IndexOf("$u", StringComparison.Ordinal);
        if (mark < 0)
            return name;
        var text = new StringBuilder(name.Length);
        int done = 0;
        for (; mark >= 0; mark = name.IndexOf("$u", done, StringComparison.Ordinal))
        {
            int end = name.IndexOf('$', mark + 2);
            bool isCode = end > 0 && int.TryParse(
                name.AsSpan(mark + 2, end - mark - 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code)
                && code is >= 0x20 and < 0x7f;
            text.Append(name, done, mark - done);
            done = isCode ? end + 1 : mark + 2;
            text.Append(isCode ? ((char)int.Parse(name.AsSpan(mark + 2, end - mark - 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)).ToString() : "$u");
        }

        return text.Append(name, done, name.Length - done).ToString();
    }
}
