// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux.Elf;

/// <summary>The bytes of an ELF file, wherever they are.</summary>
public abstract class ElfSource : IDisposable
{
    /// <summary>Length in bytes.</summary>
    public abstract ulong Length { get; }

    /// <summary>Fills the whole buffer from an offset; false when that is not possible.</summary>
    public abstract bool TryRead(ulong offset, Span<byte> buffer);

    /// <summary>Reads as much as there is from an offset, 0 at the end or on failure.</summary>
    public abstract int ReadSome(ulong offset, Span<byte> buffer);

    /// <summary>False when the bytes were changed since the source was opened.</summary>
    public virtual bool IsUnchanged() => true;

    public abstract void Dispose();
}
