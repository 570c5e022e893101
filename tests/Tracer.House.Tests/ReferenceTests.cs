// SPDX-License-Identifier: Apache-2.0
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Tracer.House.Tests;

/// <summary>References point one way, unsafe code has three rooms, and versions have one place.</summary>
public sealed partial class ReferenceTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Tracer.Wire"] = [],
        ["Tracer.Linux"] = [],
        ["Tracer.Bpf"] = ["Tracer.Linux"],
        ["Tracer.Stacks"] = ["Tracer.Linux"],
        ["Tracer.Attribution"] = ["Tracer.Wire"],
        ["Tracer.Api"] = ["Tracer.Attribution", "Grpc.Core.Api", "Grpc.Net.Common"],
        ["Tracer"] = ["Tracer.Wire", "Tracer.Linux", "Tracer.Bpf", "Tracer.Stacks", "Tracer.Attribution", "Tracer.Api"],
        ["Grpc.Core.Api"] = [],
        ["Grpc.Net.Common"] = ["Grpc.Core.Api"],
    };

    private static readonly string[] UnsafeRooms = ["Tracer.Wire", "Tracer.Linux", "Tracer.Bpf"];

    private static IEnumerable<string> SourceProjects => Repository.Projects.Where(path => path.StartsWith("src/", StringComparison.Ordinal));

    private static IEnumerable<string> TestProjects => Repository.Projects.Where(path => path.StartsWith("tests/", StringComparison.Ordinal));

    [Fact]
    public void Every_room_is_known_and_refers_only_to_the_rooms_it_may()
    {
        Assert.Equal(Allowed.Keys.Order(), SourceProjects.Select(NameOf).Order());
        Repository.AssertNone(
            from project in SourceProjects
            from reference in ReferencesOf(project)
            where !Allowed[NameOf(project)].Contains(reference)
            select $"{NameOf(project)} -> {reference}",
            "references that the house style does not allow");
    }

    [Fact]
    public void A_test_project_refers_only_to_the_project_it_is_named_for()
    {
        string[] several = ["Tracer.Kernel.Tests", "Tracer.Incidents", "Tracer.Harness", "Grpc.Contract.Tests", "Tracer.Benchmarks"];
        Repository.AssertNone(
            from project in TestProjects
            where !several.Contains(NameOf(project))
            from reference in ReferencesOf(project)
            where reference + ".Tests" != NameOf(project)
            select $"{NameOf(project)} -> {reference}",
            "references of a test project beyond the project it tests");
    }

    /// <summary>It measures the built executable from outside, and sees of the inside only what it times by itself.</summary>
    [Fact]
    public void The_bench_refers_to_the_harness_and_to_what_it_times_alone() =>
        Assert.Equal(
            ["Tracer.Api", "Tracer.Bpf", "Tracer.Harness", "Tracer.Linux"],
            Repository.Projects.Where(path => path.StartsWith("bench/", StringComparison.Ordinal)).SelectMany(ReferencesOf).Order());

    [Fact]
    public void Every_project_has_tests_and_is_part_of_the_solution()
    {
        string solution = Repository.Read("Tracer.sln").Replace('\\', '/');
        Repository.AssertNone(Repository.Projects.Where(path => !solution.Contains($"\"{path}\"", StringComparison.Ordinal)), "projects that are not in Tracer.sln");
        string[] tests = [.. TestProjects.Select(NameOf)];
        Repository.AssertNone(
            SourceProjects.Where(path => !Repository.IsContract(path)).Select(NameOf).Where(name => !tests.Contains(name + ".Tests")),
            "projects without tests");
    }

    [Fact]
    public void Unsafe_code_is_allowed_in_three_projects()
    {
        string[] settings = [.. Repository.Files.Where(path => Path.GetExtension(path) is ".csproj" or ".props" or ".targets")];
        string[] unsafeProjects = [.. settings.Where(path => Repository.Read(path).Contains("AllowUnsafeBlocks", StringComparison.Ordinal)).Select(NameOf)];
        Assert.Equal(UnsafeRooms.Order(), unsafeProjects.Order());
    }

    [Fact]
    public void Package_versions_are_exact_and_in_one_file()
    {
        Repository.AssertNone(
            from project in Repository.Projects
            from package in XDocument.Parse(Repository.Read(project)).Descendants("PackageReference")
            where package.Attribute("Version") is not null || package.Attribute("VersionOverride") is not null || package.Element("Version") is not null
            select $"{project}: {package}",
            "package versions outside Directory.Packages.props");
        XDocument versions = XDocument.Parse(Repository.Read("Directory.Packages.props"));
        ILookup<string, string> properties = versions.Descendants("PropertyGroup").Elements().ToLookup(element => $"[$({element.Name.LocalName})]", element => $"[{element.Value}]");
        Repository.AssertNone(
            from package in versions.Descendants()
            let version = package.Attribute("Version")?.Value
            where version is not null
            from value in properties.Contains(version) ? properties[version] : [version]
            where !ExactVersion().IsMatch(value)
            select $"{package}",
            "package versions that are not exact");
    }

    [Fact]
    public void Client_commands_use_only_the_generated_client()
    {
        string[] clientFolders = ["src/Tracer/Client/", "src/Tracer/Commands/", "src/Tracer/Output/"];
        string[] rooms = ["Tracer.Wire", "Tracer.Linux", "Tracer.Bpf", "Tracer.Stacks", "Tracer.Attribution"];
        Repository.AssertNone(
            from path in Repository.CSharpFiles
            where clientFolders.Any(folder => path.StartsWith(folder, StringComparison.Ordinal))
            let code = CSharpText.Strip(Repository.Read(path))
            from room in rooms
            where code.Contains(room, StringComparison.Ordinal)
            select $"{path}: {room}",
            "client code that reaches past the gRPC API");
    }

    private static string NameOf(string project) => Path.GetFileNameWithoutExtension(project);

    private static IEnumerable<string> ReferencesOf(string project) =>
        from reference in XDocument.Parse(Repository.Read(project)).Descendants("ProjectReference")
        select NameOf(reference.Attribute("Include")!.Value.Replace('\\', '/'));

    [GeneratedRegex(@"^(\[\d+(\.\d+)+\]|\d+(\.\d+)+)$")]
    private static partial Regex ExactVersion();
}
