// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Tracer.Linux.Dwarf;
using Tracer.Linux.Elf;
using Xunit;

namespace Tracer.Linux.Tests.Elf;

/// <summary>Damages real files and asks everything of them. The seeds are fixed, so that a failure can be repeated.</summary>
public sealed class ElfFuzzTests
{
    // Tables of a file cannot be larger than the file, but what a header claims is read in pieces and kept in 16 bytes per symbol.
    private const long MaxAllocationPerRound = 32 * 1024 * 1024;

    // What a compressed table may become, with the smaller guesses that come before.
    private const long MaxDecompressed = 2 * 64 * 1024 * 1024;
    private const long MaxMillisecondsPerRound = 2000;

    [Fact]
    public void Small_file_with_flipped_bytes_never_throws_hangs_or_grows() =>
        Fuzz(File.ReadAllBytes(TestData.Folder("elf", "tiny.elf")), rounds: 30_000, seed: 1);

    [Fact]
    public void Program_with_flipped_header_bytes_never_throws_hangs_or_grows() => Fuzz(File.ReadAllBytes("/bin/ls"), rounds: 3_000, seed: 2);

    [Fact]
    public void Own_symbols_with_flipped_bytes_never_throw_hang_or_grow()
    {
        var builder = new ElfImageBuilder().Segment(ElfSegment.Load, 5, 0, 0x1000, 0x10000);
        for (uint i = 0; i < 50; i++)
            builder.Function($"function_{i}", 0x1000 + (i * 0x20), 0x20);
        Fuzz(builder.Build(), rounds: 30_000, seed: 3);
    }

    [Fact]
    public void Library_with_a_compressed_table_and_flipped_bytes_never_throws_hangs_or_grows()
    {
        using var library = new MiniDebugLibrary();
        Fuzz(library.Build(library.Compress(library.MiniImage)), rounds: 10_000, seed: 4, MaxDecompressed + MaxAllocationPerRound);
    }

    private static void Fuzz(byte[] original, int rounds, int seed, long maxAllocation = MaxAllocationPerRound)
    {
        var random = new Random(seed);
        byte[] image = [.. original];
        var changed = new List<int>();
        for (int round = 0; round < rounds; round++)
        {
            Damage(random, image, changed);
            int length = random.Next(4) == 0 ? random.Next(image.Length + 1) : image.Length;
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            long started = Stopwatch.GetTimestamp();

            Exercise(image.AsMemory(0, length), random);

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, maxAllocation);
            Assert.InRange(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 0, MaxMillisecondsPerRound);
            foreach (int index in changed)
                image[index] = original[index];
            changed.Clear();
        }
    }

    private static void Damage(Random random, byte[] image, List<int> changed)
    {
        for (int flips = random.Next(1, 10); flips > 0; flips--)
        {
            // Most damage goes to the headers at both ends, where it has consequences.
            int index = random.Next(4) switch
            {
                0 => random.Next(Math.Min(64, image.Length)),
                1 => random.Next(Math.Min(1024, image.Length)),
                2 => image.Length - 1 - random.Next(Math.Min(4096, image.Length)),
                _ => random.Next(image.Length),
            };
            changed.Add(index);
            image[index] = random.Next(3) switch { 0 => 0, 1 => 0xff, _ => (byte)random.Next(256) };
        }
    }

    private static void Exercise(ReadOnlyMemory<byte> image, Random random)
    {
        if (ElfFile.Open(new MemoryElfSource(image), out ElfFile? file) != ElfStatus.Ok)
        {
            Assert.Null(file);
            return;
        }

        file!.ReadSymbols(out ElfSymbolTable symbols);
        Assert.InRange(symbols.Count, 0, (image.Length / 24) + 1);
        for (int i = 0; i < 20; i++)
        {
            ulong offset = i == 0 ? ulong.MaxValue : (ulong)random.NextInt64(image.Length + 1L);
            if (file.TryAddressOf(offset, out ulong address) && symbols.TryFind(address, out ElfSymbol symbol))
                Assert.DoesNotContain(symbol.Name, char.IsControl);
        }

        using ElfFile? inner = MiniDebugInfo.Open(file);
        DwarfSections.AreIn(file);
        if (DwarfSections.TryReadSupplement(file, out string path, out string buildId))
            Assert.InRange(path.Length + buildId.Length, 0, 4096 + 128);
        bool isPlain = !file.Sections.Any(section => (section.Flags & 0x800) != 0);
        if (DwarfSections.MemoryBytes(file) is var size and < ulong.MaxValue && isPlain)
            Assert.InRange(size, 0UL, (ulong)image.Length * (ulong)file.Sections.Count);
        foreach (ElfSection section in file.Sections)
        {
            if (file.ReadSection(section, 64 * 1024, out byte[] content) == ElfStatus.Ok)
                Assert.Equal(section.Size, (ulong)content.Length);
        }
    }
}
