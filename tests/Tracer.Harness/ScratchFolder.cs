// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Harness;

/// <summary>A folder with a short path (unix sockets allow 107 bytes), deleted afterwards.</summary>
public sealed class ScratchFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cw");

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    public void Dispose() => _folder.Delete(recursive: true);
}
