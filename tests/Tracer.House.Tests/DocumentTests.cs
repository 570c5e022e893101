// SPDX-License-Identifier: Apache-2.0
using System.Text.RegularExpressions;

namespace Tracer.House.Tests;

/// <summary>Documents are short, complete and lead somewhere.</summary>
public sealed partial class DocumentTests
{
    private const int PageLines = 70;

    private static IEnumerable<string> Decisions => Repository.Files.Where(path => path.StartsWith("docs/decisions/", StringComparison.Ordinal));

    [Fact]
    public void Decisions_are_numbered_without_a_gap()
    {
        string[] names = [.. Decisions.Select(path => Path.GetFileName(path))];
        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.Matches(@"^\d{4}-[a-z0-9]+(-[a-z0-9]+)*\.md$", name));
        Assert.Equal(Enumerable.Range(1, names.Length), names.Select(name => int.Parse(name[..4], null)));
    }

    [Fact]
    public void Decisions_are_one_page_with_context_decision_and_consequences() =>
        Repository.AssertNone(
            from path in Decisions
            let lines = Repository.ReadLines(path)
            let sections = lines.Where(line => line.StartsWith("## ", StringComparison.Ordinal)).Select(line => line[3..].Trim()).ToArray()
            where lines.Length > PageLines || !lines[0].StartsWith("# ", StringComparison.Ordinal)
                || !((string[])["Context", "Decision", "Consequences"]).All(sections.Contains)
            select $"{path}: {lines.Length} lines, sections {string.Join(", ", sections)}",
            $"decisions that are no record of at most {PageLines} lines");

    [Fact]
    public void Links_between_documents_lead_to_files() =>
        Repository.AssertNone(
            from path in Repository.Files
            where path.EndsWith(".md", StringComparison.Ordinal)
            from Match link in Link().Matches(Repository.Read(path))
            let target = Path.Combine(Path.GetDirectoryName(path)!, link.Groups["target"].Value)
            where !Path.Exists(Repository.PathOf(target))
            select $"{path}: {target}",
            "links to what is not there");

    [Fact]
    public void The_answer_in_the_readme_is_one_that_was_printed()
    {
        string answer = Between(Repository.Read("README.md"), "<!-- answer -->\n```\n", "```\n<!-- /answer -->").TrimEnd();
        Assert.True(answer.Split('\n').Length > 10, answer);
        Assert.Contains(answer, Repository.Read("docs/incidents/3-tornado.md"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_changelog_has_a_place_for_what_is_not_released() =>
        Assert.Contains("## [Unreleased]", Repository.ReadLines("CHANGELOG.md"));

    private static string Between(string text, string begin, string end)
    {
        int start = text.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        return text[start..text.IndexOf(end, start, StringComparison.Ordinal)];
    }

    [GeneratedRegex(@"\]\((?!\w+://|#)(?<target>[^)#]+)")]
    private static partial Regex Link();
}
