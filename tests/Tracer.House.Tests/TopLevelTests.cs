// SPDX-License-Identifier: Apache-2.0
namespace Tracer.House.Tests;

/// <summary>The root of the repository is a table of contents, and nothing generated or private is committed.</summary>
public sealed class TopLevelTests
{
    private static readonly string[] Entries =
    [
        ".ci", ".clang-format", ".editorconfig", ".gitattributes", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "Directory.Build.props",
        "Directory.Packages.props", "LICENSE", "README.md", "Tracer.sln", "bench", "bpf", "build.sh", "docs", "global.json", "proto", "src", "tests",
    ];

    // Documents that a reader may need; a package registry or a private host is never among them.
    private static readonly string[] PublicHosts =
    [
        "www.apache.org", "www.gnu.org", "opensource.org", "spdx.org", "keepachangelog.com", "semver.org", "docs.kernel.org", "www.kernel.org", "grpc.io",
        "github.com",
        // Names of file formats, which have to be written into them.
        "www.w3.org", "www.speedscope.app",
    ];

    private static readonly string[] MachinePaths = ["work", "tmp/wt", "tmp/w", "root/.nuget"];

    [Fact]
    public void The_top_level_has_the_agreed_entries()
    {
        IEnumerable<string> found = Repository.Files.Select(path => path.Split('/')[0]).Distinct();
        Assert.Equal(Entries.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Docs_hold_decisions_incidents_and_what_was_measured()
    {
        string[] places = ["docs/decisions/", "docs/incidents/", "docs/performance.md"];
        Repository.AssertNone(
            Repository.Files.Where(path => path.StartsWith("docs/", StringComparison.Ordinal) && !places.Any(place => path.StartsWith(place, StringComparison.Ordinal))),
            "files below docs/ that are neither decisions nor incidents nor measurements");
    }

    [Fact]
    public void Nothing_built_is_committed_and_vmlinux_h_says_where_it_is_from()
    {
        string[] generated = [".o", ".dll", ".so", ".pdb", ".nupkg", ".tar", ".gz"];
        Repository.AssertNone(
            Repository.Files.Where(path => generated.Contains(Path.GetExtension(path)) && !path.StartsWith("tests/data/", StringComparison.Ordinal)),
            "build results among the sources");
        Assert.Contains(Repository.ReadLines("bpf/vmlinux.h").Take(3), line => line.Contains("Origin:", StringComparison.Ordinal));
    }

    [Fact]
    public void No_file_names_a_host_that_a_reader_does_not_need() =>
        Repository.AssertNone(
            from path in Repository.TextFiles
            from part in Repository.Read(path).Split("://").Skip(1)
            let host = part.Split('/', ':', ' ', ')', '"', '\'', '\n', '>', '`', '{', '}', '<', ',')[0]
            where host.Contains('.') && !char.IsDigit(host[0]) && !PublicHosts.Contains(host)
            select $"{path}: {host}",
            "hosts in tracked files");

    [Fact]
    public void No_file_names_a_path_of_the_machine_it_was_written_on() =>
        Repository.AssertNone(
            from path in Repository.TextFiles
            from folder in MachinePaths
            where Repository.Read(path).Contains($"/{folder}/", StringComparison.Ordinal)
            select $"{path}: /{folder}/",
            "paths of one machine in tracked files");

    [Fact]
    public void No_source_is_unfinished()
    {
        // Put together here, so that this file does not find itself.
        string[] marks = ["TO" + "DO", "FIX" + "ME", "NotImplemented" + "Exception"];
        Repository.AssertNone(
            from path in Repository.Files
            where Repository.IsSource(path)
            from mark in marks
            where Repository.Read(path).Contains(mark, StringComparison.Ordinal)
            select $"{path}: {mark}",
            "marks of unfinished code");
    }

    [Fact]
    public void Tests_wait_for_a_condition_and_not_for_time() =>
        Repository.AssertNone(
            from path in Repository.CSharpFiles
            where path.StartsWith("tests/", StringComparison.Ordinal) && CSharpText.Strip(Repository.Read(path)).Contains("Thread.Sleep", StringComparison.Ordinal)
            select path,
            "tests that sleep");
}
