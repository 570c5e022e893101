// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Elf;
using Xunit;

namespace Tracer.Stacks.Tests.Unwind;

/// <summary>Opens real files, read as a whole, and images that a test made.</summary>
internal static class ElfImages
{
    internal static ElfFile Open(string path) => Open(File.ReadAllBytes(path));

    internal static ElfFile Open(ReadOnlyMemory<byte> image)
    {
        Assert.Equal(ElfStatus.Ok, ElfFile.Open(new MemoryElfSource(image), out ElfFile? file));
        return file!;
    }
}
