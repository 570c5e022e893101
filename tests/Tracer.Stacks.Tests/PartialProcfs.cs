// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Procfs;

namespace Tracer.Stacks.Tests;

/// <summary>A procfs tree without map_files, as a tracer without CAP_SYS_ADMIN sees it, over one live process.</summary>
internal sealed class PartialProcfs : IDisposable
{
    private readonly TempFolder _folder = new();

    internal PartialProcfs(uint pid)
    {
        Directory.CreateDirectory(_folder[$"{pid}"]);
        Stat = _folder[$"{pid}/stat"];
        File.WriteAllText(Stat, File.ReadAllText($"/proc/{pid}/stat"));
        File.CreateSymbolicLink(_folder[$"{pid}/root"], $"/proc/{pid}/root");
        File.CreateSymbolicLink(_folder["self"], "/proc/self");
        Maps = _folder[$"{pid}/maps"];
        File.WriteAllText(Maps, File.ReadAllText($"/proc/{pid}/maps"));
    }

    /// <summary>A copy of the stat file, as it was at the start.</summary>
    internal string Stat { get; }

    /// <summary>A copy of the maps file, as it was at the start.</summary>
    internal string Maps { get; }

    internal ProcfsRoot Root => new(_folder.Path);

    public void Dispose() => _folder.Dispose();
}
