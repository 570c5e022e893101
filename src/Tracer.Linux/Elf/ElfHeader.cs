// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Linux.Elf;

/// <summary>Elf64_Ehdr, and the reading of the two header tables it points to.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ElfHeader
{
    private const int MaxSegments = 512;
    private const int MaxSections = 4096;
    private const int MaxSectionNameBytes = 1024 * 1024;
    private const int MaxSectionNameLength = 64;
    private const uint MagicNumber = 0x464c457f;

    public uint Magic;
    public byte Class;
    public byte Data;
    public byte IdentVersion;
    public byte Abi;
    public ulong Reserved;
    public ushort Type;
    public ushort Machine;
    public uint Version;
    public ulong Entry;
    public ulong SegmentOffset;
    public ulong SectionOffset;
    public uint Flags;
    public ushort HeaderSize;
    public ushort SegmentEntrySize;
    public ushort SegmentCount;
    public ushort SectionEntrySize;
    public ushort SectionCount;
    public ushort SectionNameIndex;

    internal static ElfStatus Read(ElfSource source, out ElfHeader header)
    {
        const byte class64 = 2, littleEndian = 1;
        header = default;
        Span<byte> bytes = MemoryMarshal.AsBytes(new Span<ElfHeader>(ref header));
        // The identification of a 32-bit file may be all there is.
        Span<byte> ident = bytes[..16];
        if (!source.TryRead(0, ident) || header.Magic != MagicNumber)
            return ElfStatus.NotElf;
        if (header.Class != class64 || header.Data != littleEndian)
            return ElfStatus.Unsupported;
        return source.TryRead(0, bytes) ? ElfStatus.Ok : ElfStatus.Malformed;
    }

    internal static ElfStatus ReadSegments(ElfSource source, in ElfHeader header, out ElfSegment[] segments)
    {
        segments = [];
        if (header.SegmentCount == 0)
            return ElfStatus.Ok;
        if (header.SegmentEntrySize != Marshal.SizeOf<RawSegment>())
            return ElfStatus.Malformed;
        if (header.SegmentCount > MaxSegments)
            return ElfStatus.TooLarge;

        var raw = new RawSegment[header.SegmentCount];
        if (!source.TryRead(header.SegmentOffset, MemoryMarshal.AsBytes(raw.AsSpan())))
            return ElfStatus.Malformed;
        segments = Array.ConvertAll(raw, static s =>
            new ElfSegment(s.Type, s.Flags, s.Offset, s.VirtualAddress, s.FileSize, s.MemorySize, s.Alignment));
        return ElfStatus.Ok;
    }

    internal static ElfSection[] ReadSections(ElfSource source, in ElfHeader header)
    {
        // Beyond 65279 sections the count is elsewhere (SHN_LORESERVE); linked files do not get there.
        if (header.SectionCount is 0 or > MaxSections || header.SectionEntrySize != Marshal.SizeOf<RawSection>())
            return [];

        var raw = new RawSection[header.SectionCount];
        if (!source.TryRead(header.SectionOffset, MemoryMarshal.AsBytes(raw.AsSpan())))
            return [];

        byte[] names = header.SectionNameIndex < raw.Length ? ReadNames(source, raw[header.SectionNameIndex]) : [];
        return Array.ConvertAll(raw, s =>
            new ElfSection(NameAt(names, s.Name), s.Type, s.Flags, s.Address, s.Offset, s.Size, s.Link, s.EntrySize));
    }

    private static byte[] ReadNames(ElfSource source, in RawSection section)
    {
        if (section.Size > MaxSectionNameBytes || section.Size > source.Length)
            return [];
        var names = new byte[section.Size];
        return source.TryRead(section.Offset, names) ? names : [];
    }

    private static string NameAt(byte[] names, uint offset)
    {
        if (offset >= names.Length)
            return "";
        ReadOnlySpan<byte> name = names.AsSpan((int)offset);
        name = name[..Math.Min(name.Length, MaxSectionNameLength)];
        int end = name.IndexOf((byte)0);
        return end < 0 ? "" : ControlText.Sanitize(name[..end]);
    }

    /// <summary>Elf64_Phdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct RawSegment
    {
        public uint Type;
        public uint Flags;
        public ulong Offset;
        public ulong VirtualAddress;
        public ulong PhysicalAddress;
        public ulong FileSize;
        public ulong MemorySize;
        public ulong Alignment;
    }

    /// <summary>Elf64_Shdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct RawSection
    {
        public uint Name;
        public uint Type;
        public ulong Flags;
        public ulong Address;
        public ulong Offset;
        public ulong Size;
        public uint Link;
        public uint Info;
        public ulong Alignment;
        public ulong EntrySize;
    }
}
