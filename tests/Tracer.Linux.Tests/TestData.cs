// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Procfs;

namespace Tracer.Linux.Tests;

/// <summary>Finds the recorded trees in the source tree: they hold dangling links, which a copy to the output would lose.</summary>
internal static class TestData
{
    internal static ProcfsRoot Procfs(string tree) => new(Folder("procfs", tree));

    internal static string Folder(params string[] parts)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Tracer.sln")))
            folder = folder.Parent;
        return folder is null
            ? throw new InvalidOperationException("the tests run outside of the source tree")
            : Path.Combine([folder.FullName, "tests", "data", .. parts]);
    }
}
