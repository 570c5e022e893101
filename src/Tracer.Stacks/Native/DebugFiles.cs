// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Dwarf;
using Tracer.Linux.Elf;
using Tracer.Linux.Files;
using Tracer.Linux.Procfs;

namespace Tracer.Stacks.Native;

/// <summary>Separate debug files of the host's own packages, found by build id.</summary>
internal sealed class DebugFiles(ProcfsRoot root, string debugRoot)
{
    private const int MinIdDigits = 8;

    /// <summary>Opens the debug file of a build id; null when there is none.</summary>
    internal ElfFile? Find(string buildId) =>
        debugRoot.Length == 0 || buildId.Length < MinIdDigits ? null : Open($"{debugRoot}/.build-id/{buildId[..2]}/{buildId[2..]}.debug", buildId);

    /// <summary>Opens the supplementary file that a file leans on; null when there is none here, or the file needs none.</summary>
    internal ElfFile? FindSupplement(ElfFile file)
    {
        if (!DwarfSections.TryReadSupplement(file, out string path, out string buildId) || buildId.Length < MinIdDigits)
            return null;
        if (Find(buildId) is { } found)
            return found;
        // The path is the file's word: nothing outside of the folder of debug files is looked at.
        return debugRoot.Length > 0 && path.StartsWith(debugRoot + "/", StringComparison.Ordinal)
            && !path.Contains("/../", StringComparison.Ordinal) && !path.Contains('\0')
            ? Open(path, buildId)
            : null;
    }

    private ElfFile? Open(string path, string buildId)
    {
        if (TargetFile.OpenOwn(root, path, out TargetFile? target) != ProcfsStatus.Ok || target is null)
            return null;
        if (ElfFile.Open(new FileElfSource(target), out ElfFile? file) != ElfStatus.Ok || file is null)
            return null;
        if (file.BuildId == buildId)
            return file;
        file.Dispose();
        return null;
    }
}
