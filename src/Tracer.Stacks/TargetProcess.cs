// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Linux;
using Tracer.Linux.Elf;
using Tracer.Linux.Files;
using Tracer.Linux.Procfs;

namespace Tracer.Stacks;

/// <summary>
/// One observed process: its mappings, memory and files. It runs while it is read and is not trusted: every read is bounded and may fail.
/// For one thread at a time.
/// </summary>
public sealed class TargetProcess : ITargetMemory, IDisposable
{
    private const int MaxMappings = 65536;

    private readonly OpenedMemory _memory;
    private readonly ProcessStat _stat;

    private TargetProcess(ProcfsRoot root, uint pid, ProcessStat stat, ProcessStatusFile status, OpenedMemory memory, List<MemoryMapping> mappings)
    {
        Root = root;
        Pid = pid;
        NamespacePid = status.NamespacePid ?? pid;
        EffectiveUid = status.EffectiveUid;
        Mappings = mappings;
        _stat = stat;
        _memory = memory;
    }

    public ProcfsRoot Root { get; }

    /// <summary>Process id in our pid namespace.</summary>
    public uint Pid { get; }

    /// <summary>Process id in its own (innermost) pid namespace: the one in the names of its sockets and maps.</summary>
    public uint NamespacePid { get; }

    /// <summary>As seen from our user namespace; null when it cannot be read.</summary>
    public uint? EffectiveUid { get; }

    /// <summary>Start since boot in clock ticks, as in /proc/PID/stat.</summary>
    public ulong StartTicks => _stat.StartTicks;

    /// <summary>All mappings in address order, as of the last reading.</summary>
    public IReadOnlyList<MemoryMapping> Mappings { get; private set; }

    /// <summary>Opens a process, if it is the one that started then.</summary>
    public static ProcfsStatus Open(ProcfsRoot root, uint pid, ulong startBoottimeNs, out TargetProcess? process)
    {
        process = null;
        var reader = new ProcessReader(root);
        ProcfsStatus result = reader.ReadStat(pid, out ProcessStat stat);
        if (result != ProcfsStatus.Ok)
            return result;
        if (!stat.HasStarted(startBoottimeNs) || stat.IsZombie)
            return ProcfsStatus.ProcessGone;
        result = reader.ReadStatusFile(pid, out ProcessStatusFile status);
        if (result != ProcfsStatus.Ok)
            return result;
        result = OpenedMemory.Open(root, pid, out OpenedMemory? memory);
        if (result != ProcfsStatus.Ok || memory is null)
            return result;

        process = new TargetProcess(root, pid, stat, status, memory, []);
        if (process.RefreshMappings())
            return ProcfsStatus.Ok;
        process.Dispose();
        process = null;
        return ProcfsStatus.ProcessGone;
    }

    /// <summary>The process runs, and is still the same program.</summary>
    public bool IsAlive() =>
        new ProcessReader(Root).ReadStat(Pid, out ProcessStat now) == ProcfsStatus.Ok && !now.IsZombie && now.StartTicks == _stat.StartTicks
        && now.StartCode == _stat.StartCode && now.StartStack == _stat.StartStack;

    /// <summary>Reads the mappings again; false when the process is gone or executes another program.</summary>
    public bool RefreshMappings()
    {
        if (new MapsReader(Root).Read(Pid, executableOnly: false, out List<MemoryMapping> mappings) != ProcfsStatus.Ok || mappings.Count == 0
            || mappings.Count > MaxMappings || !IsAlive())
            return false;
        Mappings = mappings;
        return true;
    }

    /// <summary>Finds what is mapped at an address, as of the last reading.</summary>
    public bool TryFindMapping(ulong address, out MemoryMapping mapping)
    {
        int low = 0;
        int high = Mappings.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            mapping = Mappings[middle];
            if (mapping.Contains(address))
                return true;
            if (address < mapping.Start)
                high = middle - 1;
            else
                low = middle + 1;
        }

        mapping = default;
        return false;
    }

    /// <summary>Fills the whole buffer from an address.</summary>
    public bool TryRead(ulong address, Span<byte> buffer) => _memory.ReadSome(address, buffer) == buffer.Length;

    /// <summary>Reads what is mapped from an address on, at most a buffer full; 0: nothing.</summary>
    public int ReadSome(ulong address, Span<byte> buffer) => _memory.ReadSome(address, buffer);

    public bool TryRead<T>(ulong address, out T value)
        where T : unmanaged
    {
        value = default;
        return TryRead(address, MemoryMarshal.AsBytes(new Span<T>(ref value)));
    }

    /// <summary>A NUL-terminated text with control bytes replaced, cut at a length; empty when it cannot be read.</summary>
    public string ReadText(ulong address, int maxBytes)
    {
        Span<byte> buffer = stackalloc byte[Math.Min(maxBytes, 1024)];
        ReadOnlySpan<byte> text = buffer[.._memory.ReadSome(address, buffer)];
        int end = text.IndexOf((byte)0);
        return ControlText.Sanitize(end < 0 ? text : text[..end]);
    }

    /// <summary>Opens what is mapped, also when deleted or replaced; null when that cannot be done.</summary>
    public TargetFile? OpenFile(in MemoryMapping mapping)
    {
        if (mapping.Inode == 0)
            return null;
        if (TargetFile.OpenMapped(Root, Pid, mapping.Start, mapping.End, out TargetFile? file) == ProcfsStatus.Ok)
            return file;
        // Without CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE: by path, if it still leads to the same inode.
        if (mapping.IsDeleted || TargetFile.OpenInRoot(Root, Pid, mapping.Path, out file) != ProcfsStatus.Ok || file is null)
            return null;
        if (file.Identity.Inode == mapping.Inode)
            return file;
        file.Dispose();
        return null;
    }

    /// <summary>Opens a mapped ELF file; null when it is none.</summary>
    public ElfFile? OpenElf(in MemoryMapping mapping)
    {
        TargetFile? file = OpenFile(mapping);
        return file is not null && ElfFile.Open(new FileElfSource(file), out ElfFile? elf) == ElfStatus.Ok ? elf : null;
    }

    /// <summary>What to add to an address in the file's own numbering to get one of this process; the mapping may be any of the file's.</summary>
    public static ulong LoadBias(ElfFile elf, in MemoryMapping mapping) => LoadBias(elf.Segments, mapping);

    internal static ulong LoadBias(IReadOnlyList<ElfSegment> segments, in MemoryMapping mapping)
    {
        foreach (ElfSegment segment in segments)
        {
            // The first page of a segment may begin before it in the file.
            ulong begin = segment.Offset & ~0xffful;
            if (segment.Type == ElfSegment.Load && mapping.Offset >= begin && mapping.Offset < segment.Offset + segment.FileSize)
                return unchecked(mapping.Start - mapping.Offset - (segment.VirtualAddress - segment.Offset));
        }

        return 0;
    }

    public void Dispose() => _memory.Dispose();
}
