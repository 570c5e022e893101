// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Elf;

namespace Tracer.Stacks.Runtimes;

/// <summary>The constants of an ELF file, where a runtime keeps its version text.</summary>
internal static class ReadOnlyData
{
    private const int MaxBytes = 32 * 1024 * 1024;

    /// <summary>The bytes of .rodata; empty when there is none or too much of it.</summary>
    internal static byte[] Read(ElfFile file) =>
        file.TryFindSection(".rodata", out ElfSection section) && file.ReadSection(section, MaxBytes, out byte[] content) == ElfStatus.Ok ? content : [];
}
