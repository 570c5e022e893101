// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Tests.Java;

/// <summary>Compiles the Java targets once per test class.</summary>
public sealed class CompiledClasses : IDisposable
{
    private readonly TempFolder _folder = new();

    public CompiledClasses()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Tracer.sln")))
            root = root.Parent;
        string sources = Path.Combine(root?.FullName ?? "", "tests", "data", "targets");
        TargetProgram.Run("chmod", "755", Folder); // Other users run it too.
        // The oldest version that is supported, so that any machine can run it.
        TargetProgram.Run("javac", "--release", "11", "-d", Folder, Path.Combine(sources, "Srv.java"), Path.Combine(sources, "Locked.java"));
    }

    internal string Folder => _folder.Path;

    public void Dispose() => _folder.Dispose();
}
