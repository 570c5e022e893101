// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests.Runtimes;

/// <summary>
/// README's table of what is named says what this run saw. Runs after the tests that note it (see <see cref="CleanUpLast"/>). A run of some of them
/// checks their rows only. With CLOSEWAIT_UPDATE_GOLDEN=1 the table is written instead.
/// </summary>
public sealed class RuntimeTableTests : KernelTest
{
    private const string Begin = "<!-- runtime table -->\n";
    private const string End = "<!-- /runtime table -->\n";

    private static readonly string[] Slots = ["origin", "first send", "last read", "EOF read", "close"];

    private static readonly string[] Head = [LineOf("runtime", Slots), string.Concat(Enumerable.Repeat("|---", Slots.Length + 1)) + "|"];

    private static string ReadmePath => Path.Combine(Repository.Root, "README.md");

    [Fact]
    public void The_table_in_the_readme_is_what_this_run_saw()
    {
        string readme = File.ReadAllText(ReadmePath);
        (int begin, int end) = SectionOf(readme);
        string documented = readme[begin..end];
        string expected = string.Concat(Expected(documented).Select(line => line + "\n"));
        if (Environment.GetEnvironmentVariable("CLOSEWAIT_UPDATE_GOLDEN") == "1")
            File.WriteAllText(ReadmePath, readme[..begin] + expected + readme[end..]);
        else
            Assert.Equal(expected, documented);
    }

    /// <summary>After a whole run its rows and no others; after another one the documented rows, with those that it saw in place of theirs.</summary>
    private static string[] Expected(string documented)
    {
        Dictionary<string, string> rows = [];
        if (!RanTests.IncludeAllOf(typeof(RuntimeTableTests).Namespace!))
        {
            foreach (string row in documented.Split('\n', StringSplitOptions.RemoveEmptyEntries).Except(Head))
                rows[RuntimeOf(row)] = row;
        }

        foreach (RuntimeTable.Row note in RuntimeTable.Read())
            rows[note.Runtime] = LineOf(note.Runtime, Slots.Select(slot => note.Cells[slot]));
        return [.. Head, .. rows.OrderBy(row => row.Key, StringComparer.Ordinal).Select(row => row.Value)];
    }

    private static (int Begin, int End) SectionOf(string readme)
    {
        int begin = readme.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        int end = readme.IndexOf(End, StringComparison.Ordinal);
        Assert.True(begin >= Begin.Length && end >= begin, "README has no markers of the table");
        return (begin, end);
    }

    private static string LineOf(string runtime, IEnumerable<string> cells) => $"| {runtime} | {string.Join(" | ", cells)} |";

    private static string RuntimeOf(string row) => row.Split(" | ")[0][2..];
}
