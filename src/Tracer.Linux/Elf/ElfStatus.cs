// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux.Elf;

/// <summary>How reading an ELF file ended.</summary>
public enum ElfStatus
{
    Ok,
    NotElf,

    /// <summary>32-bit or big endian.</summary>
    Unsupported,
    Malformed,

    /// <summary>Beyond one of the reader's bounds.</summary>
    TooLarge,
    ReadFailed,
}
