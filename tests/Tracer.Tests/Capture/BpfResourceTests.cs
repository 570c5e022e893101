// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Tracer.Capture;
using Tracer.Linux.Elf;

namespace Tracer.Tests.Capture;

public sealed class BpfResourceTests
{
    private const ulong Executable = 4; // SHF_EXECINSTR
    private const int InstructionBytes = 8;
    private const byte AtomicWord = 0xc3; // BPF_STX | BPF_ATOMIC | BPF_W
    private const byte AtomicDoubleWord = 0xdb;
    private const int Fetch = 1; // BPF_FETCH

    /// <summary>The doorbell relies on it (bpf/counters.bpf.h), and no emulator would show that it is missing.</summary>
    [Fact]
    public void Every_atomic_of_the_object_for_arm64_returns_the_old_value_and_so_is_a_barrier()
    {
        List<int> atomics = AtomicsOf(BpfResource.NameFor(Architecture.Arm64, usesUnwindTables: false)!);
        Assert.NotEmpty(atomics);
        Assert.All(atomics, operation => Assert.Equal(Fetch, operation & Fetch));
    }

    [Fact]
    public void No_atomic_of_the_object_for_old_kernels_does_which_5_10_would_refuse()
    {
        List<int> atomics = AtomicsOf(BpfResource.NameFor(Architecture.X64, usesUnwindTables: false)!);
        Assert.NotEmpty(atomics);
        Assert.All(atomics, operation => Assert.Equal(0, operation & Fetch));
    }

    private static List<int> AtomicsOf(string name)
    {
        byte[] image = BpfResource.Read(name);
        Assert.Equal(ElfStatus.Ok, ElfFile.Open(new MemoryElfSource(image), out ElfFile? file));
        using (file)
        {
            return
            [
                .. from section in file!.Sections
                   where (section.Flags & Executable) != 0
                   from instruction in image.AsSpan((int)section.Offset, (int)section.Size).ToArray().Chunk(InstructionBytes)
                   where instruction[0] is AtomicWord or AtomicDoubleWord
                   select BinaryPrimitives.ReadInt32LittleEndian(instruction.AsSpan(4)),
            ];
        }
    }
}
