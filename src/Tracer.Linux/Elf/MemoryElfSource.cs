// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux.Elf;

/// <summary>An ELF image in memory.</summary>
public sealed class MemoryElfSource(ReadOnlyMemory<byte> image) : ElfSource
{
    public override ulong Length => (ulong)image.Length;

    public override bool TryRead(ulong offset, Span<byte> buffer)
    {
        if (offset > Length || (ulong)buffer.Length > Length - offset)
            return false;
        image.Span.Slice((int)offset, buffer.Length).CopyTo(buffer);
        return true;
    }

    public override int ReadSome(ulong offset, Span<byte> buffer)
    {
        if (offset >= Length)
            return 0;
        int length = (int)Math.Min((ulong)buffer.Length, Length - offset);
        image.Span.Slice((int)offset, length).CopyTo(buffer);
        return length;
    }

    public override void Dispose()
    {
    }
}
