// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;

namespace Tracer.Incidents.Software;

/// <summary>Lines of our own programs that an answer must name, found by a comment at their end.</summary>
internal static class SourceLine
{
    /// <param name="target">Path below Targets/.</param>
    /// <param name="comment">What the line ends with.</param>
    public static int Of(string target, string comment)
    {
        int index = Array.FindIndex(
            File.ReadAllLines(Path.Combine(Repository.Sources, "Targets", target)), line => line.EndsWith("// " + comment, StringComparison.Ordinal));
        return index >= 0 ? index + 1 : throw new InvalidOperationException($"no line of {target} ends with // {comment}");
    }
}
