// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Tests.Fake;

/// <summary>tests/data/cli: what the commands print. Rewritten only with CLOSEWAIT_UPDATE_GOLDEN=1.</summary>
internal static class GoldenFile
{
    /// <summary>The folder of the repository.</summary>
    public static string Root { get; } = FindRoot();

    public static void AssertEqual(string name, string actual)
    {
        string path = Path.Combine(Root, "tests", "data", "cli", name);
        if (Environment.GetEnvironmentVariable("CLOSEWAIT_UPDATE_GOLDEN") == "1")
            File.WriteAllText(path, actual);
        Assert.Equal(File.ReadAllText(path), actual);
    }

    private static string FindRoot()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Tracer.sln")))
            root = root.Parent;
        Assert.NotNull(root);
        return root.FullName;
    }
}
