// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux.Elf;

/// <summary>
/// The headers of a 64-bit little-endian ELF file. The file is hostile until proven otherwise: nothing in it makes this throw, loop long or
/// allocate beyond the stated bounds. Owns its source. Immutable once open, so any thread may read.
/// </summary>
public sealed class ElfFile : IDisposable
{
    /// <summary>Bound of a section that is read as a whole.</summary>
    public const int MaxSectionBytes = 256 * 1024 * 1024;

    private readonly ElfSection[] _sections;
    private readonly ElfSegment[] _segments;

    private ElfFile(ElfSource source, ElfHeader header, ElfSegment[] segments, ElfSection[] sections)
    {
        Source = source;
        Type = header.Type;
        Machine = header.Machine;
        _segments = segments;
        _sections = sections;
        BuildId = ElfNotes.FindBuildId(this);
    }

    public ElfSource Source { get; }

    /// <summary>e_type: 2 fixed addresses, 3 position independent.</summary>
    public ushort Type { get; }

    /// <summary>e_machine: 62 x86-64, 183 arm64.</summary>
    public ushort Machine { get; }

    /// <summary>Lower-case hex of the GNU build id; empty when there is none.</summary>
    public string BuildId { get; }

    public IReadOnlyList<ElfSegment> Segments => _segments;

    /// <summary>Empty when the file has no section headers or they are damaged: the segments alone still map addresses.</summary>
    public IReadOnlyList<ElfSection> Sections => _sections;

    /// <summary>Has the full symbol table, which stripping removes.</summary>
    public bool HasSymbolTable => Array.Exists(_sections, static s => s.Type == ElfSection.SymbolTable);

    /// <summary>Opens a file. The source belongs to the file on success and is disposed otherwise.</summary>
    public static ElfStatus Open(ElfSource source, out ElfFile? file)
    {
        ElfStatus status = TryOpen(source, out file);
        if (file is null)
            source.Dispose();
        return status;
    }

    /// <summary>Turns an offset in the file into the address the linker gave that byte.</summary>
    public bool TryAddressOf(ulong fileOffset, out ulong address)
    {
        bool isFound = false;
        address = 0;
        foreach (ElfSegment segment in _segments)
        {
            // One file page may belong to two segments; code is what is asked for.
            if (segment.Type != ElfSegment.Load || fileOffset < segment.Offset || fileOffset - segment.Offset >= segment.FileSize
                || (isFound && !segment.IsExecutable))
                continue;
            address = unchecked(segment.VirtualAddress + (fileOffset - segment.Offset));
            isFound = true;
            if (segment.IsExecutable)
                return true;
        }

        return isFound;
    }

    /// <summary>Finds the first section of a name.</summary>
    public bool TryFindSection(string name, out ElfSection section)
    {
        foreach (ElfSection candidate in _sections)
        {
            if (candidate.Name == name)
            {
                section = candidate;
                return true;
            }
        }

        section = default;
        return false;
    }

    /// <summary>Reads the bytes of a section, as long as they lie in the file and are no more than asked for.</summary>
    public ElfStatus ReadSection(in ElfSection section, int maxBytes, out byte[] content)
    {
        content = [];
        if (section.Type == ElfSection.NoBits || section.Offset > Source.Length || section.Size > Source.Length - section.Offset)
            return ElfStatus.Malformed;
        if (section.Size > (ulong)Math.Min(maxBytes, MaxSectionBytes))
            return ElfStatus.TooLarge;
        content = new byte[section.Size];
        return Source.TryRead(section.Offset, content) ? ElfStatus.Ok : ElfStatus.ReadFailed;
    }

    /// <summary>Reads the function symbols: of .symtab, or of .dynsym when there is no other.</summary>
    public ElfStatus ReadSymbols(out ElfSymbolTable symbols) => ElfSymbolReader.Read(this, out symbols);

    public void Dispose() => Source.Dispose();

    private static ElfStatus TryOpen(ElfSource source, out ElfFile? file)
    {
        file = null;
        ElfStatus status = ElfHeader.Read(source, out ElfHeader header);
        if (status != ElfStatus.Ok)
            return status;
        status = ElfHeader.ReadSegments(source, header, out ElfSegment[] segments);
        if (status != ElfStatus.Ok)
            return status;
        file = new ElfFile(source, header, segments, ElfHeader.ReadSections(source, header));
        return ElfStatus.Ok;
    }
}
