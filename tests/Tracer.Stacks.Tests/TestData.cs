// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Tests;

/// <summary>Finds the recorded data and target programs in the source tree.</summary>
internal static class TestData
{
    internal static string Target(string name) => Folder("targets", name);

    /// <summary>The number of the only line of a text file that contains a text.</summary>
    internal static uint LineOf(string path, string text)
    {
        string[] lines = File.ReadAllLines(path);
        int found = Array.FindIndex(lines, line => line.Contains(text, StringComparison.Ordinal));
        if (found < 0 || Array.FindIndex(lines, found + 1, line => line.Contains(text, StringComparison.Ordinal)) >= 0)
            throw new InvalidOperationException($"not exactly one line of {path} contains {text}");
        return (uint)found + 1;
    }

    private static string Folder(params string[] parts)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Tracer.sln")))
            folder = folder.Parent;
        return folder is null
            ? throw new InvalidOperationException("the tests run outside of the source tree")
            : Path.Combine([folder.FullName, "tests", "data", .. parts]);
    }
}
