// SPDX-License-Identifier: Apache-2.0
using System.Reflection;

namespace Tracer.Harness;

/// <summary>Where things lie: found by walking up to the solution file.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>What test projects compile and run; nothing else runs from here.</summary>
    public static string Targets { get; } = Path.Combine(Root, "artifacts", "test-targets");

    /// <summary>The part of it that belongs to the running test project.</summary>
    public static string Artifacts { get; } = Path.Combine(Targets, ProjectName);

    /// <summary>The folder of the running test project.</summary>
    public static string Sources { get; } = Path.Combine(Root, "tests", ProjectName);

    /// <summary>The executable under test.</summary>
    public static string Executable { get; } =
        Environment.GetEnvironmentVariable("CLOSEWAIT_EXE") is { Length: > 0 } path
            ? Path.GetFullPath(path)
            : Path.Combine(Root, "artifacts", "closewait");

    private static string ProjectName => Assembly.GetEntryAssembly()!.GetName().Name!;

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Tracer.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("no Tracer.sln above " + AppContext.BaseDirectory);
    }
}
