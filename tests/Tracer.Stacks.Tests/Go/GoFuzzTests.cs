// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Elf;
using Tracer.Stacks.Go;
using Tracer.Stacks.Tests.Unwind;
using Xunit;

namespace Tracer.Stacks.Tests.Go;

/// <summary>Damages tables of real and hand-made programs. The seeds are fixed, so that a failure can be repeated.</summary>
[Collection(nameof(GoPrograms))]
public sealed class GoFuzzTests(GoPrograms programs)
{
    private const long MaxAllocationPerRound = 64 * 1024 * 1024;

    [Fact]
    public void Hand_made_tables_with_flipped_bytes_never_throw_hang_or_grow()
    {
        foreach (uint magic in (uint[])[0xfffffffb, 0xfffffffa, 0xfffffff0, 0xfffffff1])
            Fuzz(GoImage.Build(magic), rounds: 10_000, mostFlips: 8, seed: (int)(magic & 0xff));
    }

    [Fact]
    public void Real_program_with_flipped_bytes_never_throws_hangs_or_grows() => Fuzz(File.ReadAllBytes(programs.Stripped), rounds: 300, mostFlips: 20_000, seed: 1);

    [Fact]
    public void Real_program_of_the_c_linker_with_flipped_bytes_never_throws_hangs_or_grows() =>
        Fuzz(File.ReadAllBytes(programs.StrippedExternalPie), rounds: 100, mostFlips: 20_000, seed: 2);

    private static void Fuzz(byte[] original, int rounds, int mostFlips, int seed)
    {
        var random = new Random(seed);
        byte[] image = [.. original];
        (int start, int length) = TableOf(original);
        int opened = 0;
        for (int round = 0; round < rounds; round++)
        {
            for (int flips = random.Next(1, mostFlips); flips > 0; flips--)
                image[start + random.Next(length)] = (byte)random.Next(256);
            // The headers, of the file and sometimes of the table.
            image[random.Next(512)] = (byte)random.Next(256);
            if (random.Next(3) > 0)
                original.AsSpan(start, 8).CopyTo(image.AsSpan(start));
            if (random.Next(2) > 0)
                original.AsSpan(start, 96).CopyTo(image.AsSpan(start));
            opened += Exercise(image.AsMemory(0, random.Next(8) == 0 ? random.Next(image.Length + 1) : image.Length), random) ? 1 : 0;
            original.CopyTo(image, 0);
        }

        // Not all damage ends at the first check.
        Assert.InRange(opened, rounds / 5, rounds);
    }

    private static bool Exercise(ReadOnlyMemory<byte> image, Random random)
    {
        if (ElfFile.Open(new MemoryElfSource(image), out ElfFile? file) != ElfStatus.Ok)
            return false;
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        GoSymbols? symbols = GoSymbols.Open(file!);
        var frames = new List<CodeFrame>();
        for (int i = 0; i < 50 && symbols is not null; i++)
            symbols.TryFind((random.Next(2) == 0 ? 0x401000UL : 0x2d000) + (ulong)random.Next(i < 25 ? 0x200 : 0xc0000), frames, out _);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, MaxAllocationPerRound);
        Assert.All(frames, frame => Assert.DoesNotContain(frame.Function + frame.File, char.IsControl));
        return symbols is not null;
    }

    private static (int Start, int Length) TableOf(byte[] image)
    {
        using ElfFile file = ElfImages.Open(image);
        GoTableImage table = GoTableImage.Find(file)!.Value;
        int start = image.AsSpan().IndexOf(table.Bytes.AsSpan(0, 96));
        // Without a section it is not known where the table ends.
        return (start, Math.Min(table.Bytes.Length, 400 * 1024));
    }
}
