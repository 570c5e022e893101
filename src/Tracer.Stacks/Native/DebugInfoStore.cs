// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Dwarf;
using Tracer.Linux.Elf;
using Tracer.Linux.Files;

namespace Tracer.Stacks.Native;

/// <summary>
/// Keeps the debug information of the files that were asked for last. It is the largest thing that is held in memory, and seldom needed: what it says of
/// an address is remembered elsewhere.
/// </summary>
internal sealed class DebugInfoStore(SymbolizerOptions options, FileTrust trust, DebugFiles debugFiles) : IDisposable
{
    private readonly BoundedCache<FileIdentity, DebugInfo> _infos = new(options.MaxDebugInfoBytes, options.MaxDebugInfos);

    internal FileTrust Trust => trust;

    internal long MemoryBytes => _infos.Weight;

    internal int Count => _infos.Count;

    /// <summary>Opens the debug information of a file that was found trustworthy; null when it has none that can be used.</summary>
    internal DebugInfo? Find(ElfFile file, FileIdentity identity)
    {
        if (_infos.TryGet(identity, out DebugInfo? info))
            return info;
        using ElfFile? supplement = debugFiles.FindSupplement(file);
        bool isAccepted = supplement?.Source is not FileElfSource source || trust.AcceptsOwn(source.File);
        info = DebugInfo.Open(file, isAccepted ? supplement : null, options.MaxDebugInfoBytes);
        if (info is not null)
            _infos.Set(identity, info, info.MemoryBytes);
        return info;
    }

    public void Dispose() => _infos.Clear();
}
