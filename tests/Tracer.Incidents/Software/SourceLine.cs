// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;

namespace Tracer.Incidents.Software;

/// <summary>Lines of our own programs that an answer must name, found by a comment at their end.</summary>
internal static class SourceLine
{
    private static readonly string[] Marks = ["// ", "# "];

    /// <param name="target">Path below Targets/.</param>
    /// <param name="comment">What the line ends with, behind // or #.</param>
    public static int Of(string target, string comment)
    {
        int index = Array.FindIndex(
            File.ReadAllLines(Path.Combine(Repository.Sources, "Targets", target)), line => Marks.Any(mark => line.EndsWith(mark + comment, StringComparison.Ordinal)));
        return index >= 0 ? index + 1 : throw new InvalidOperationException($"no line of {target} ends with the comment {comment}");
    }
}
