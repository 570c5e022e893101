// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Tests.Fake;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TempFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("closewait-test-").FullName;

    public string PathOf(string name) => Path.Combine(_path, name);

    public string Write(string name, string content)
    {
        File.WriteAllText(PathOf(name), content);
        return PathOf(name);
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
