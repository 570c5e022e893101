// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Tests.Java;

/// <summary>Compiles the Java target once per test class.</summary>
public sealed class CompiledClasses : IDisposable
{
    private readonly TempFolder _folder = new();

    public CompiledClasses()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Tracer.sln")))
            root = root.Parent;
        string source = Path.Combine(root?.FullName ?? "", "tests", "data", "targets", "Srv.java");
        TargetProgram.Run("chmod", "755", Folder); // Other users run it too.
        // The oldest version that is supported, so that any machine can run it.
        TargetProgram.Run("javac", "--release", "11", "-d", Folder, source);
    }

    internal string Folder => _folder.Path;

    public void Dispose() => _folder.Dispose();
}
