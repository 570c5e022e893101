// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Tracer.Linux.Elf;

namespace Tracer.Stacks.Go;

/// <summary>Reads a file by linked address, as the dynamic linker would have filled it: addresses in position-independent programs are in relocations.</summary>
internal sealed class GoAddressSpace(ElfFile file)
{
    private const uint DynamicSegment = 2;
    private const uint WriteFlag = 2;
    private const ulong MaxScannedBytes = 256UL * 1024 * 1024;
    private const ulong MaxRelocationBytes = 128UL * 1024 * 1024;
    private const int ChunkBytes = 256 * 1024;
    private const int MaxDynamicEntries = 1024;
    private const int MaxPointers = 4;

    private (ulong Address, ulong Size)? _relocations;

    /// <summary>Fills the buffer from the file; false when a part is not in it.</summary>
    internal bool TryRead(ulong address, Span<byte> buffer) =>
        TryLocate(address, out ulong offset, out ulong available) && (ulong)buffer.Length <= available && file.Source.TryRead(offset, buffer);

    /// <summary>Fills the buffer with what a running program has there, at load address 0.</summary>
    internal bool TryReadRelocated(ulong address, Span<byte> buffer)
    {
        if (!TryRead(address, buffer))
            return false;
        var reader = new RelocationReader(this);
        while (reader.Next(out ReadOnlySpan<RawRelocation> chunk))
        {
            foreach (ref readonly RawRelocation relocation in chunk)
            {
                ulong place = unchecked(relocation.Offset - address);
                if (relocation.IsRelative && place < (ulong)buffer.Length && (ulong)buffer.Length - place >= sizeof(ulong))
                    BinaryPrimitives.WriteUInt64LittleEndian(buffer[(int)place..], relocation.Addend);
            }
        }

        return true;
    }

    /// <summary>Finds where a pointer to an address is in writable data, in the file or by a relocation.</summary>
    internal List<ulong> FindPointersTo(ulong target)
    {
        var found = new List<ulong>();
        ulong budget = MaxScannedBytes;
        foreach (ElfSegment segment in file.Segments)
        {
            if (segment.Type != ElfSegment.Load || (segment.Flags & WriteFlag) == 0)
                continue;
            ulong size = Math.Min(segment.FileSize, budget);
            budget -= size;
            FindPointers(segment, size, target, found);
        }

        var reader = new RelocationReader(this);
        while (reader.Next(out ReadOnlySpan<RawRelocation> chunk))
        {
            foreach (ref readonly RawRelocation relocation in chunk)
            {
                if (relocation.IsRelative && relocation.Addend == target && found.Count < MaxPointers)
                    found.Add(relocation.Offset);
            }
        }

        return found;
    }

    private void FindPointers(in ElfSegment segment, ulong size, ulong target, List<ulong> found)
    {
        var chunk = new ulong[ChunkBytes / sizeof(ulong)];
        ulong start = (segment.VirtualAddress + 7) & ~7UL;
        ulong end = segment.VirtualAddress + size;
        for (ulong address = start; address < end; address += ChunkBytes)
        {
            int got = file.Source.ReadSome(segment.Offset + (address - segment.VirtualAddress), MemoryMarshal.AsBytes(chunk.AsSpan()));
            Span<ulong> words = chunk.AsSpan(0, (int)Math.Min((ulong)got, end - address) / sizeof(ulong));
            for (int from = 0; from < words.Length && found.Count < MaxPointers;)
            {
                int next = words[from..].IndexOf(target);
                if (next < 0)
                    break;
                found.Add(address + ((ulong)(from + next) * sizeof(ulong)));
                from += next + 1;
            }

            if (got == 0)
                return;
        }
    }

    private bool TryLocate(ulong address, out ulong offset, out ulong available)
    {
        foreach (ElfSegment segment in file.Segments)
        {
            if (segment.Type != ElfSegment.Load || address < segment.VirtualAddress || address - segment.VirtualAddress >= segment.FileSize)
                continue;
            ulong skipped = address - segment.VirtualAddress;
            offset = unchecked(segment.Offset + skipped);
            available = segment.FileSize - skipped;
            return true;
        }

        offset = available = 0;
        return false;
    }

    private (ulong Address, ulong Size) FindRelocations()
    {
        const ulong relocations = 7, relocationsSize = 8;
        (ulong address, ulong size) = (0, 0);
        foreach (ElfSegment segment in file.Segments)
        {
            if (segment.Type != DynamicSegment)
                continue;
            var entries = new ulong[2 * MaxDynamicEntries];
            int got = file.Source.ReadSome(segment.Offset, MemoryMarshal.AsBytes(entries.AsSpan()));
            for (int i = 0; i + 1 < (int)Math.Min((ulong)got, segment.FileSize) / sizeof(ulong); i += 2)
            {
                if (entries[i] == relocations)
                    address = entries[i + 1];
                else if (entries[i] == relocationsSize)
                    size = Math.Min(entries[i + 1], MaxRelocationBytes);
            }
        }

        return (address, size);
    }

    /// <summary>Elf64_Rela.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct RawRelocation
    {
        public ulong Offset;
        public ulong Info;
        public ulong Addend;

        /// <summary>R_X86_64_RELATIVE: load address + addend.</summary>
        public readonly bool IsRelative => Info == 8;
    }

    /// <summary>Reads the relocations in pieces.</summary>
    private struct RelocationReader
    {
        private readonly GoAddressSpace _space;
        private readonly RawRelocation[] _chunk;
        private ulong _address;
        private ulong _left;

        internal RelocationReader(GoAddressSpace space)
        {
            _space = space;
            (_address, ulong size) = space._relocations ??= space.FindRelocations();
            _left = size / (ulong)Marshal.SizeOf<RawRelocation>();
            _chunk = new RawRelocation[(int)Math.Min(_left, ChunkBytes / (ulong)Marshal.SizeOf<RawRelocation>())];
        }

        internal bool Next(out ReadOnlySpan<RawRelocation> relocations)
        {
            Span<RawRelocation> chunk = _chunk.AsSpan(0, (int)Math.Min(_left, (ulong)_chunk.Length));
            relocations = chunk;
            if (chunk.IsEmpty || !_space.TryRead(_address, MemoryMarshal.AsBytes(chunk)))
                return false;
            _address += (ulong)MemoryMarshal.AsBytes(chunk).Length;
            _left -= (ulong)chunk.Length;
            return true;
        }
    }
}
