// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Elf;
using Tracer.Linux.Files;
using Tracer.Linux.Procfs;

namespace Tracer.Stacks.Native;

/// <summary>Separate debug files of the host's own packages, found by build id.</summary>
internal sealed class DebugFiles(ProcfsRoot root, string debugRoot)
{
    private const int MinIdDigits = 8;

    /// <summary>Opens the debug file of a build id; null when there is none.</summary>
    internal ElfFile? Find(string buildId)
    {
        if (debugRoot.Length == 0 || buildId.Length < MinIdDigits)
            return null;
        string path = $"{debugRoot}/.build-id/{buildId[..2]}/{buildId[2..]}.debug";
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
