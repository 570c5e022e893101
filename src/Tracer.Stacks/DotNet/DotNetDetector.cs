// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux;
using Tracer.Linux.Procfs;
using Tracer.Stacks.Runtimes;

namespace Tracer.Stacks.DotNet;

/// <summary>
/// Recognizes CoreCLR. Programs compiled ahead of time (NativeAOT) are ordinary ELF files and need nothing of this.
/// </summary>
public sealed class DotNetDetector(TimeProvider? time = null) : IRuntimeDetector
{
    // A single-file program has the runtime linked in. Its double mapping of code, on by default since .NET 7, gives it away.
    private const string DoubleMapping = "/memfd:doublemapper";
    private const string Library = "/libcoreclr.so";

    public ILanguageRuntime? Detect(TargetProcess process)
    {
        string? library = null;
        bool isDoubleMapped = false;
        foreach (MemoryMapping mapping in process.Mappings)
        {
            if (mapping.Path.EndsWith(Library, StringComparison.Ordinal))
                library = mapping.Path;
            isDoubleMapped |= mapping.Path.StartsWith(DoubleMapping, StringComparison.Ordinal);
        }

        if (library is null && !isDoubleMapped)
            return null;
        return new DotNetRuntime(process, VersionIn(library), isSingleFile: library is null, time ?? TimeProvider.System);
    }

    // /usr/share/dotnet/shared/Microsoft.NETCore.App/10.0.12/libcoreclr.so
    private static string VersionIn(string? library)
    {
        string folder = Path.GetFileName(Path.GetDirectoryName(library) ?? "");
        return folder.Length is > 0 and < 64 && char.IsAsciiDigit(folder[0]) ? ControlText.Sanitize(folder) : "";
    }
}
