// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Kernel.Tests.Harness;

/// <summary>Where things lie: found by walking up to the solution file.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Artifacts { get; } = Path.Combine(Root, "artifacts", "kernel-tests");

    public static string Sources { get; } = Path.Combine(Root, "tests", "Tracer.Kernel.Tests");

    /// <summary>The executable under test.</summary>
    public static string Executable { get; } =
        Environment.GetEnvironmentVariable("CLOSEWAIT_EXE") is { Length: > 0 } path
            ? Path.GetFullPath(path)
            : Path.Combine(Root, "artifacts", "closewait");

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
