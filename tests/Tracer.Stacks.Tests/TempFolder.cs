// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Tests;

/// <summary>A directory that is removed with its contents.</summary>
internal sealed class TempFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("closewait-").FullName;

    internal string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
