// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Wire.Tests;

internal static class RepositoryRoot
{
    public static string Locate()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Tracer.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("These tests run inside the repository: no Tracer.sln above them.");
    }
}
