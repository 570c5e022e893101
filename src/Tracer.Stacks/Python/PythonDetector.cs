// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.Runtimes;

namespace Tracer.Stacks.Python;

/// <summary>Finds CPython 3.8 to 3.13: in its executable, in libpython, or linked into another program.</summary>
public sealed class PythonDetector : IRuntimeDetector
{
    private const int LastMinor = 13;

    private readonly ModuleSearch<PythonImage> _search = new("python", IsInterpreterName, PythonImage.Read);

    public ILanguageRuntime? Detect(TargetProcess process)
    {
        if (_search.Find(process) is not ({ } image, ulong bias))
            return null;
        ulong runtime = unchecked(bias + image.Runtime);
        return Create(process, runtime, VersionOf(process, image, bias));
    }

    // Not extensions: _socket.cpython-311-x86_64-linux-gnu.so.
    private static bool IsInterpreterName(string name) =>
        name.StartsWith("libpython", StringComparison.Ordinal) || name.StartsWith("python", StringComparison.Ordinal);

    internal static PythonRuntime Create(ITargetMemory memory, ulong runtime, PythonVersion? version)
    {
        Span<byte> head = stackalloc byte[PythonDebugOffsets.Size];
        PythonOffsets? offsets = null;
        // The runtime's own offsets are right for every build of the version, also a free-threaded one.
        if (memory.TryRead(runtime, head) && PythonDebugOffsets.IsPresent(head))
        {
            version = PythonDebugOffsets.VersionOf(head);
            offsets = version is { Minor: LastMinor } ? PythonDebugOffsets.Read(head) : null;
        }
        else if (version is { } known)
        {
            offsets = PythonOffsets.Of(known);
        }

        string name = $"CPython {version?.ToString() ?? "of an unknown version"}";
        return new PythonRuntime(memory, name, offsets is null ? "unsupported version of CPython: native stack only" : "", runtime, offsets);
    }

    private static PythonVersion? VersionOf(TargetProcess process, PythonImage image, ulong bias) =>
        image.VersionSymbol != 0 && process.TryRead(unchecked(bias + image.VersionSymbol), out ulong hex) ? PythonVersion.FromHex(hex) : image.Version;
}
