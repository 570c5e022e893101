// SPDX-License-Identifier: Apache-2.0
using System.Text.RegularExpressions;

namespace Tracer.House.Tests;

/// <summary>A function of our kernel-style C: its body ends with a brace in the first column. Section: of a BPF program, otherwise null.</summary>
internal sealed partial record CFunction(string Name, string? Section, int FirstLine, int Lines)
{
    public static IEnumerable<CFunction> In(string source)
    {
        foreach (Match match in Definition().Matches(source))
        {
            string name = match.Groups["name"].Value;
            string? section = match.Groups["section"] is { Success: true } group ? group.Value : null;
            int firstLine = 1 + source[..match.Index].Count(letter => letter == '\n');
            yield return new(name, section, firstLine, match.Value.TrimEnd().Count(letter => letter == '\n') + 1);
        }
    }

    /// <summary>Names that BPF_PROG(name, ...) and its like define, and plain ones.</summary>
    [GeneratedRegex(@"^(?:SEC\(""(?<section>[^""]*)""\)\s*)?[a-z_][\w \t*]*\s\*?(?:BPF_\w+\(\s*(?<name>\w+)[^{}]*?\)|(?<name>\w+)\([^{};]*?\))\s*\{.*?^\}", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Definition();
}
