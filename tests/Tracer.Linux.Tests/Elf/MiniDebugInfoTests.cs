// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Elf;
using Xunit;

namespace Tracer.Linux.Tests.Elf;

/// <summary>Makes libraries with .gnu_debugdata, the way distributions do, and damages them.</summary>
public sealed class MiniDebugInfoTests(MiniDebugLibrary library) : IClassFixture<MiniDebugLibrary>
{
    [Fact]
    public void Local_functions_come_out_of_the_compressed_table()
    {
        Assert.True(MiniDebugInfo.IsAvailable);
        using ElfFile file = Open(library.Build(library.Compress(library.MiniImage)));
        using ElfFile? inner = MiniDebugInfo.Open(file);

        Assert.NotNull(inner);
        inner.ReadSymbols(out ElfSymbolTable symbols);
        Assert.True(symbols.TryFind(library.LocalFunction, out ElfSymbol symbol));
        Assert.Equal("local_function", symbol.Name);
        // Only what the exported table lacks is in it.
        Assert.False(symbols.TryFind(library.ExportedFunction, out _));
        Assert.True(file.ReadSymbols(out symbols) == ElfStatus.Ok && symbols.TryFind(library.ExportedFunction, out symbol));
        Assert.Equal("exported_function", symbol.Name);
    }

    [Fact]
    public void What_is_damaged_or_of_another_build_is_refused()
    {
        byte[] compressed = library.Compress(library.MiniImage);
        byte[] other = [.. library.MiniImage];
        byte[] id = Convert.FromHexString(Open(library.MiniImage).BuildId);
        other[other.AsSpan().IndexOf(id)] ^= 1;

        Assert.Null(MiniDebugInfo.Open(Open(library.Build(library.Compress(other)))));
        Assert.Null(MiniDebugInfo.Open(Open(library.Build(compressed[..^10]))));
        Assert.Null(MiniDebugInfo.Open(Open(library.Build(compressed[..(compressed.Length / 2)]))));
        Assert.Null(MiniDebugInfo.Open(Open(library.Build(library.Compress("no ELF file at all"u8.ToArray())))));
        Assert.Null(MiniDebugInfo.Open(Open(library.Build("no xz stream either"u8.ToArray()))));
        Assert.Null(MiniDebugInfo.Open(Open(library.Build(null))));
    }

    [Fact]
    public void Little_that_becomes_much_is_refused()
    {
        byte[] bomb = library.Compress(new byte[65 * 1024 * 1024]);
        Assert.InRange(bomb.Length, 1, 1024 * 1024);

        Assert.Null(MiniDebugInfo.Open(Open(library.Build(bomb))));
        Assert.True(XzStream.TryDecode(bomb, 65 * 1024 * 1024, out ReadOnlyMemory<byte> content));
        Assert.Equal(65 * 1024 * 1024, content.Length);
        Assert.False(XzStream.TryDecode(bomb, (65 * 1024 * 1024) - 1, out _));
    }

    [Fact]
    public void Stream_with_flipped_bytes_never_throws_or_comes_out_wrong()
    {
        byte[] original = library.Compress(library.MiniImage);
        var random = new Random(11);
        for (int round = 0; round < 5000; round++)
        {
            byte[] damaged = original[..(random.Next(4) == 0 ? random.Next(original.Length + 1) : original.Length)];
            for (int flips = random.Next(1, 6); flips > 0 && damaged.Length > 0; flips--)
                damaged[random.Next(3) == 0 ? random.Next(Math.Min(32, damaged.Length)) : random.Next(damaged.Length)] = (byte)random.Next(256);
            // The format's checksums leave no room for a wrong content.
            if (XzStream.TryDecode(damaged, 1024 * 1024, out ReadOnlyMemory<byte> content))
                Assert.True(content.Span.SequenceEqual(library.MiniImage));
        }
    }

    private static ElfFile Open(byte[] image)
    {
        Assert.Equal(ElfStatus.Ok, ElfFile.Open(new MemoryElfSource(image), out ElfFile? file));
        return file!;
    }
}
