// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Files;

namespace Tracer.Linux.Elf;

/// <summary>
/// An ELF file behind a descriptor. Reads by pread and never maps: a mapping of a file that its owner truncates kills the reader with SIGBUS.
/// </summary>
public sealed class FileElfSource(TargetFile file) : ElfSource
{
    public TargetFile File => file;

    public override ulong Length => file.Identity.Size;

    public override bool TryRead(ulong offset, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int got = ReadSome(offset, buffer);
            if (got == 0)
                return false;
            buffer = buffer[got..];
            offset += (ulong)got;
        }

        return true;
    }

    public override int ReadSome(ulong offset, Span<byte> buffer) =>
        offset > long.MaxValue ? 0 : file.Read((long)offset, buffer);

    public override bool IsUnchanged() => file.IsUnchanged();

    public override void Dispose() => file.Dispose();
}
