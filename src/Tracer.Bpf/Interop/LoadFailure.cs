// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Bpf.Interop;

/// <summary>Finds the one line of a libbpf log that says why.</summary>
internal static class LoadFailure
{
    private const string Prefix = "libbpf: ";

    /// <summary>The verifier's complaint stands right above its "processed N insns" line; failing that, libbpf's first line.</summary>
    internal static string Summarize(IReadOnlyCollection<string> lines)
    {
        string previous = "";
        foreach (string line in lines)
        {
            if (line.StartsWith("processed ", StringComparison.Ordinal))
                return previous;
            previous = line;
        }
        string first = lines.FirstOrDefault() ?? "";
        return first.StartsWith(Prefix, StringComparison.Ordinal) ? first[Prefix.Length..] : first;
    }
}
