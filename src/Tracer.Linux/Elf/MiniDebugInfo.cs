// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux.Elf;

/// <summary>
/// The compressed ELF file in .gnu_debugdata, in which some distributions keep the function symbols that stripping removed (GDB manual,
/// "MiniDebugInfo").
/// </summary>
public static class MiniDebugInfo
{
    private const string SectionName = ".gnu_debugdata";
    private const int MaxCompressedBytes = 16 * 1024 * 1024;
    private const int MaxBytes = 64 * 1024 * 1024;

    /// <summary>True when this host has the library that decompresses it.</summary>
    public static bool IsAvailable => XzStream.IsAvailable;

    /// <summary>Opens it; null when the file has none, or one that is damaged, too large or of another build.</summary>
    public static ElfFile? Open(ElfFile file)
    {
        if (!file.TryFindSection(SectionName, out ElfSection section)
            || file.ReadSection(section, MaxCompressedBytes, out byte[] compressed) != ElfStatus.Ok
            || !XzStream.TryDecode(compressed, MaxBytes, out ReadOnlyMemory<byte> image)
            || ElfFile.Open(new MemoryElfSource(image), out ElfFile? inner) != ElfStatus.Ok)
            return null;
        return inner!.BuildId.Length == 0 || inner.BuildId == file.BuildId ? inner : null;
    }
}
