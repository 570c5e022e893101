// SPDX-License-Identifier: Apache-2.0
using System.Text.RegularExpressions;

namespace Tracer.House.Tests;

/// <summary>A newcomer finds any line by its folder, and no name is a bin.</summary>
public sealed partial class NameTests
{
    // "Helper" alone is the kernel's word for a function that BPF programs may call.
    private static readonly string[] Bins = ["Util", "Utils", "Utility", "Utilities", "Helpers", "Manager", "Common", "Misc", "Base", "Impl"];

    private static IEnumerable<(string Path, CSharpOutline Outline)> OurSources =>
        from path in Repository.CSharpFiles
        where !Repository.IsContract(path)
        select (path, CSharpOutline.Of(Repository.Read(path)));

    [Fact]
    public void No_file_folder_or_type_is_a_bin()
    {
        Repository.AssertNone(Repository.Files.Where(path => !Repository.IsContract(path) && WordsOf(path).Any(Bins.Contains)), "files and folders named as a bin");
        Repository.AssertNone(
            from source in OurSources
            from type in source.Outline.Types
            where WordsOf(type.Name).Any(Bins.Contains)
            select $"{source.Path}: {type.Name}",
            "types named as a bin");
    }

    [Fact]
    public void Namespaces_equal_folders() =>
        Repository.AssertNone(
            from source in OurSources
            where source.Outline.Types.Count > 0 && source.Outline.Namespace != NamespaceOf(source.Path)
            select $"{source.Path}: '{source.Outline.Namespace}' instead of '{NamespaceOf(source.Path)}'",
            "namespaces that are not their folder");

    [Fact]
    public void A_file_has_one_public_type_and_its_name() =>
        Repository.AssertNone(
            from source in OurSources
            let names = source.Outline.Types.Where(type => type.IsPublic && type.Depth == 0).Select(type => type.Name).ToArray()
            where names.Length > 1 || (names.Length == 1 && names[0] != Path.GetFileNameWithoutExtension(source.Path))
            select $"{source.Path}: {string.Join(", ", names)}",
            "public types that do not have a file of their own name");

    [Fact]
    public void A_test_name_is_a_sentence() =>
        Repository.AssertNone(
            from source in OurSources
            where source.Path.StartsWith("tests/", StringComparison.Ordinal)
            from Match test in TestMethod().Matches(source.Outline.Code)
            let name = test.Groups["name"].Value
            where name.Count(letter => letter == '_') < 2
            select $"{source.Path}: {name}",
            "tests whose names are not sentences with underscores");

    private static string NamespaceOf(string path)
    {
        string[] parts = Path.GetDirectoryName(path)!.Split('/');
        return string.Join('.', parts.Skip(1));
    }

    private static IEnumerable<string> WordsOf(string name) => Word().Matches(name).Select(match => char.ToUpperInvariant(match.Value[0]) + match.Value[1..]);

    [GeneratedRegex(@"[A-Z]?[a-z]+")]
    private static partial Regex Word();

    [GeneratedRegex(@"\[(?:Fact|Theory)\b[^\]]*\](?:\s*\[[^\]]*\])*\s*public\s+(?:async\s+)?[\w<>.]+\s+(?<name>\w+)\s*\(")]
    private static partial Regex TestMethod();
}
