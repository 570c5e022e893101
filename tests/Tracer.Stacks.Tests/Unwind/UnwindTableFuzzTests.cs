// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Elf;
using Tracer.Stacks.Unwind;
using Xunit;

namespace Tracer.Stacks.Tests.Unwind;

/// <summary>Damages real frame descriptions. The seeds are fixed, so that a failure can be repeated.</summary>
public sealed class UnwindTableFuzzTests
{
    private const long MaxAllocationPerRound = 64 * 1024 * 1024;

    [Fact]
    public void Frame_descriptions_of_libc_with_flipped_bytes_never_throw_hang_or_grow() =>
        Fuzz(File.ReadAllBytes("/lib/x86_64-linux-gnu/libc.so.6"), rounds: 1_000, mostFlips: 2_000, seed: 1);

    [Fact]
    public void Small_program_with_flipped_bytes_never_throws_hangs_or_grows() =>
        Fuzz(File.ReadAllBytes("/bin/true"), rounds: 20_000, mostFlips: 12, seed: 2);

    [Fact]
    public void Hand_made_section_with_flipped_bytes_never_throws_hangs_or_grows() => Fuzz(
        new FrameImage().Shared("zRS").Function(0, 9, 0x0f, 4, 0x77, 0xa0, 0x01, 0x06, 0x10, 6, 3, 0x77, 0xf8, 0x00)
            .Shared().Function(0x10, 0x80, 0x41, 0x0a, 0x0e, 24, 0x42, 0x0b, 0x03, 4, 0, 0x2f, 6, 2, 0x2e, 4, 0x07, 16).Build(),
        rounds: 50_000, mostFlips: 6, seed: 3);

    private static void Fuzz(byte[] original, int rounds, int mostFlips, int seed)
    {
        var random = new Random(seed);
        byte[] image = [.. original];
        (int start, int length) = SectionOf(original);
        int compiled = 0;
        for (int round = 0; round < rounds; round++)
        {
            Span<byte> section = image.AsSpan(start, length);
            for (int flips = random.Next(1, mostFlips); flips > 0; flips--)
                section[random.Next(length)] = random.Next(4) switch { 0 => 0, 1 => 0xff, 2 => (byte)random.Next(0x40), _ => (byte)random.Next(256) };
            // The headers at both ends say where things are.
            image[random.Next(1024)] = (byte)random.Next(256);
            image[^(random.Next(Math.Min(4096, image.Length)) + 1)] = (byte)random.Next(256);
            compiled += Exercise(image.AsMemory(0, random.Next(8) == 0 ? random.Next(image.Length + 1) : image.Length)) ? 1 : 0;
            original.CopyTo(image, 0);
        }

        // Not all damage ends at the first check.
        Assert.InRange(compiled, rounds / 4, rounds);
    }

    private static bool Exercise(ReadOnlyMemory<byte> image)
    {
        if (ElfFile.Open(new MemoryElfSource(image), out ElfFile? file) != ElfStatus.Ok)
            return false;
        long allocated = GC.GetAllocatedBytesForCurrentThread();

        UnwindTableStatus status = UnwindTableCompiler.Compile(file!, out UnwindTable? table);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, MaxAllocationPerRound);
        Assert.Equal(status == UnwindTableStatus.Ok, table is not null);
        if (table is null)
            return false;
        // What the kernel side searches: in order, each offset once, and an end.
        for (int i = 1; i < table.Rows.Length; i++)
            Assert.True(table.Rows[i - 1].Offset < table.Rows[i].Offset);
        Assert.Equal(UnwindRowKind.None, table.Rows[^1].Kind);
        Assert.Equal(table.UnsupportedRows, table.Rows.Count(row => row.Kind == UnwindRowKind.Unsupported));
        return true;
    }

    private static (int Start, int Length) SectionOf(byte[] image)
    {
        using ElfFile file = ElfImages.Open(image);
        Assert.True(file.TryFindSection(".eh_frame", out ElfSection section));
        return ((int)section.Offset, (int)section.Size);
    }
}
