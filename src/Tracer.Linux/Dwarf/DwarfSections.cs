// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using System.Text;
using Tracer.Linux.Elf;

namespace Tracer.Linux.Dwarf;

/// <summary>What a file's section headers say about its debug information, before libdw is let near it.</summary>
public static class DwarfSections
{
    private const ulong CompressedFlag = 0x800;
    private const int CompressionHeaderBytes = 24;
    private const int MaxLinkBytes = 4096;
    private const int MaxBuildIdBytes = 64;

    /// <summary>The file has the sections from which lines are read.</summary>
    public static bool AreIn(ElfFile file) => Has(file, ".debug_info") && Has(file, ".debug_abbrev") && Has(file, ".debug_line");

    /// <summary>Bytes that the sections take in memory, decompressed; larger than any bound when that cannot be told.</summary>
    public static ulong MemoryBytes(ElfFile file)
    {
        ulong sum = 0;
        foreach (ElfSection section in file.Sections)
        {
            // The older form of compression hides its size from a reader of headers, and nothing has written it for years.
            if (section.Name.StartsWith(".zdebug_", StringComparison.Ordinal))
                return ulong.MaxValue;
            if (!section.Name.StartsWith(".debug_", StringComparison.Ordinal) || section.Type == ElfSection.NoBits)
                continue;
            ulong size = MemoryBytes(file, section);
            if (size > long.MaxValue - sum)
                return ulong.MaxValue;
            sum += size;
        }

        return sum;
    }

    /// <summary>
    /// The supplementary file that dwz moved common parts to (.gnu_debugaltlink): its path as written there, and its build id. False when there is
    /// none; both texts are empty when it is damaged.
    /// </summary>
    public static bool TryReadSupplement(ElfFile file, out string path, out string buildId)
    {
        path = buildId = "";
        if (!file.TryFindSection(".gnu_debugaltlink", out ElfSection section))
            return false;
        if (file.ReadSection(section, MaxLinkBytes, out byte[] content) != ElfStatus.Ok)
            return true;
        int end = content.AsSpan().IndexOf((byte)0);
        if (end <= 0 || content.Length - end - 1 is 0 or > MaxBuildIdBytes)
            return true;
        path = Encoding.UTF8.GetString(content, 0, end);
        buildId = Convert.ToHexStringLower(content, end + 1, content.Length - end - 1);
        return true;
    }

    private static bool Has(ElfFile file, string name) =>
        file.TryFindSection(name, out ElfSection section) && section.Type != ElfSection.NoBits && section.Size > 0;

    private static ulong MemoryBytes(ElfFile file, in ElfSection section)
    {
        if (section.Size > file.Source.Length)
            return ulong.MaxValue;
        if ((section.Flags & CompressedFlag) == 0)
            return section.Size;
        // Elf64_Chdr: type, reserved, size, alignment.
        Span<byte> header = stackalloc byte[CompressionHeaderBytes];
        if (section.Size < CompressionHeaderBytes || !file.Source.TryRead(section.Offset, header))
            return ulong.MaxValue;
        ulong content = BinaryPrimitives.ReadUInt64LittleEndian(header[8..]);
        return content > long.MaxValue ? ulong.MaxValue : content + section.Size;
    }
}
