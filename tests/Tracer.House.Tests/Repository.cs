// SPDX-License-Identifier: Apache-2.0
namespace Tracer.House.Tests;

/// <summary>The files of this repository, without what was built or installed into it.</summary>
internal static class Repository
{
    private static readonly string[] NotOurs = [".git", ".vs", ".vscode", ".idea", "artifacts", "bin", "obj", "node_modules"];

    private static readonly string[] TextExtensions =
        [".cs", ".csproj", ".props", ".targets", ".sln", ".json", ".md", ".proto", ".c", ".cc", ".cpp", ".h", ".sh", ".js", ".mjs", ".py", ".hex", ".txt"];

    public static string Root { get; } = FindRoot();

    /// <summary>Paths relative to the root, with forward slashes, in a stable order.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. Walk(Root).Order(StringComparer.Ordinal)];

    public static IEnumerable<string> TextFiles => Files.Where(IsText);

    public static IEnumerable<string> CSharpFiles => Files.Where(path => path.EndsWith(".cs", StringComparison.Ordinal));

    public static IEnumerable<string> Projects => Files.Where(path => path.EndsWith(".csproj", StringComparison.Ordinal));

    public static IEnumerable<string> BpfFiles => Files.Where(path => path.StartsWith("bpf/", StringComparison.Ordinal) && Path.GetExtension(path) is ".c" or ".h");

    public static string Read(string path) => File.ReadAllText(PathOf(path));

    public static string[] ReadLines(string path) => File.ReadAllLines(PathOf(path));

    public static string PathOf(string path) => Path.Combine(Root, path);

    /// <summary>Source in any of our languages, scripts included.</summary>
    public static bool IsSource(string path) =>
        path is "build.sh" or ".ci/run" || Path.GetExtension(path) is ".cs" or ".c" or ".cc" or ".cpp" or ".h" or ".proto" or ".sh" or ".py" or ".js" or ".mjs";

    /// <summary>The projects that stand in for packages and carry their identity (docs/decisions/0002).</summary>
    public static bool IsContract(string path) =>
        path.StartsWith("src/Grpc.Core.Api/", StringComparison.Ordinal) || path.StartsWith("src/Grpc.Net.Common/", StringComparison.Ordinal);

    public static void AssertNone(IEnumerable<string> violations, string rule)
    {
        string[] found = [.. violations];
        Assert.True(found.Length == 0, $"{rule}:\n  {string.Join("\n  ", found)}");
    }

    private static bool IsText(string path) =>
        TextExtensions.Contains(Path.GetExtension(path)) || Path.GetFileName(path).StartsWith('.') || path is "LICENSE" or "bpf/LICENSE" or ".ci/run";

    private static string FindRoot()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Tracer.sln")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException("no Tracer.sln above " + AppContext.BaseDirectory);
    }

    private static IEnumerable<string> Walk(string directory)
    {
        foreach (string file in Directory.EnumerateFiles(directory).Where(file => !NotOurs.Contains(Path.GetFileName(file))))
            yield return Path.GetRelativePath(Root, file);
        foreach (string child in Directory.EnumerateDirectories(directory))
        {
            if (NotOurs.Contains(Path.GetFileName(child)))
                continue;
            foreach (string file in Walk(child))
                yield return file;
        }
    }
}
