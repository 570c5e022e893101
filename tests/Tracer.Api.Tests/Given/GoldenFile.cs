// SPDX-License-Identifier: Apache-2.0
using Xunit;

namespace Tracer.Api.Tests.Given;

/// <summary>tests/data/api: messages as text. Rewritten only with CLOSEWAIT_UPDATE_GOLDEN=1.</summary>
internal static class GoldenFile
{
    public static void AssertEquals(string name, string actual)
    {
        string path = Path.Combine(Root(), "tests", "data", "api", name);
        if (Environment.GetEnvironmentVariable("CLOSEWAIT_UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
        }
        Assert.Equal(File.ReadAllText(path), actual);
    }

    private static string Root()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Tracer.sln")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new DirectoryNotFoundException("Tracer.sln is in no directory above the tests");
    }
}
