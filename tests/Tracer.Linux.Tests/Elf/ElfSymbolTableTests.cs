// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Elf;
using Xunit;

namespace Tracer.Linux.Tests.Elf;

public sealed class ElfSymbolTableTests
{
    [Fact]
    public void Function_covers_its_bytes_and_no_others()
    {
        ElfSymbolTable symbols = new ElfImageBuilder().Function("first", 0x1000, 0x10).Function("second", 0x1020, 0x10).ReadSymbols();

        Assert.Equal("", NameAt(symbols, 0xfff));
        Assert.Equal("first", NameAt(symbols, 0x1000));
        Assert.Equal("first", NameAt(symbols, 0x100f));
        Assert.Equal("", NameAt(symbols, 0x1010));
        Assert.Equal("second", NameAt(symbols, 0x1020));
        Assert.Equal("", NameAt(symbols, ulong.MaxValue));
    }

    [Fact]
    public void Innermost_of_enclosing_functions_wins_and_the_outer_one_continues_behind_it()
    {
        ElfSymbolTable symbols = new ElfImageBuilder().Function("outer", 0x1000, 0x100).Function("inner", 0x1040, 0x10).ReadSymbols();

        Assert.Equal("outer", NameAt(symbols, 0x103f));
        Assert.Equal("inner", NameAt(symbols, 0x1040));
        Assert.Equal("outer", NameAt(symbols, 0x1050));
        Assert.True(symbols.TryFind(0x1050, out ElfSymbol symbol));
        Assert.Equal((0x1000UL, 0x100u), (symbol.Address, symbol.Size));
    }

    [Theory]
    [InlineData("read", ElfImageBuilder.Weak, "__read", ElfImageBuilder.Global, "read")]
    [InlineData("local_alias", ElfImageBuilder.Local, "__exported", ElfImageBuilder.Global, "__exported")]
    [InlineData("_ZN1a1bEv", ElfImageBuilder.Global, "_alias", ElfImageBuilder.Global, "_ZN1a1bEv")]
    [InlineData("beta", ElfImageBuilder.Global, "alpha", ElfImageBuilder.Global, "alpha")]
    [InlineData("", ElfImageBuilder.Global, "__named", ElfImageBuilder.Local, "__named")]
    public void Best_of_several_names_is_chosen(string first, byte firstBinding, string second, byte secondBinding, string expected)
    {
        Assert.Equal(expected, NameAt(
            new ElfImageBuilder().Function(first, 0x1000, 8, firstBinding).Function(second, 0x1000, 8, secondBinding).ReadSymbols(), 0x1004));
        Assert.Equal(expected, NameAt(
            new ElfImageBuilder().Function(second, 0x1000, 8, secondBinding).Function(first, 0x1000, 8, firstBinding).ReadSymbols(), 0x1004));
    }

    [Fact]
    public void Shorter_alias_does_not_name_what_only_the_longer_covers()
    {
        ElfSymbolTable symbols = new ElfImageBuilder().Function("a_short", 0x1000, 4).Function("b_long", 0x1000, 8).ReadSymbols();

        Assert.Equal("a_short", NameAt(symbols, 0x1000));
        Assert.Equal("b_long", NameAt(symbols, 0x1004));
    }

    [Fact]
    public void Version_is_not_part_of_the_name() =>
        Assert.Equal("read", NameAt(new ElfImageBuilder().Function("read@@GLIBC_2.2.5", 0x1000, 8).ReadSymbols(), 0x1000));

    [Fact]
    public void Data_undefined_sizeless_and_overflowing_symbols_are_left_out()
    {
        ElfSymbolTable symbols = new ElfImageBuilder()
            .Function("object", 0x1000, 8, type: 1)
            .Function("undefined", 0x1000, 8, section: 0)
            .Function("sizeless", 0x1000, 0)
            .Function("overflow", ulong.MaxValue - 4, 8)
            .Function("ifunc", 0x2000, 8, type: 10)
            .ReadSymbols();

        Assert.Equal(1, symbols.Count);
        Assert.Equal("ifunc", NameAt(symbols, 0x2000));
    }

    [Fact]
    public void Hostile_name_is_sanitized_and_cut()
    {
        Assert.Equal("a\uFFFDb", NameAt(new ElfImageBuilder().Function("a\u001bb", 0x1000, 8).ReadSymbols(), 0x1000));
        Assert.Equal(4096, NameAt(new ElfImageBuilder().Function(new string('x', 100_000), 0x1000, 8).ReadSymbols(), 0x1000).Length);
    }

    [Fact]
    public void Ten_thousand_symbols_at_one_address_are_looked_up_quickly()
    {
        var builder = new ElfImageBuilder();
        for (int i = 0; i < 10_000; i++)
            builder.Function($"f{i}", 0x1000, 8);
        ElfSymbolTable symbols = builder.ReadSymbols();
        var clock = System.Diagnostics.Stopwatch.StartNew();

        for (int i = 0; i < 1000; i++)
            Assert.NotEqual("", NameAt(symbols, 0x1004));

        Assert.InRange(clock.ElapsedMilliseconds, 0, 2000);
        for (int i = 0; i < 100_000; i++)
            Assert.Equal("", NameAt(symbols, 0x9000));
        Assert.InRange(clock.ElapsedMilliseconds, 0, 4000);
    }

    [Theory]
    [InlineData(0UL, 24UL, 2u, ElfStatus.Ok, 0)]
    [InlineData(48UL, 0UL, 2u, ElfStatus.Malformed, 0)]
    [InlineData(48UL, 23UL, 2u, ElfStatus.Malformed, 0)]
    [InlineData(48UL, 24UL, 99u, ElfStatus.Malformed, 0)]
    [InlineData(48UL, 24UL, 1u, ElfStatus.Malformed, 0)]
    [InlineData(1UL << 40, 24UL, 2u, ElfStatus.TooLarge, 0)]
    [InlineData(100_000_000UL, 24UL, 2u, ElfStatus.ReadFailed, 0)]
    [InlineData(48UL, 24UL, 2u, ElfStatus.Ok, 1)]
    public void Lying_symbol_table_headers_are_refused(ulong size, ulong entrySize, uint link, ElfStatus expected, int count)
    {
        byte[] image = new ElfImageBuilder { SymbolTableSize = size, SymbolEntrySize = entrySize, NamesLink = link }.Function("f", 0x1000, 8).Build();
        Assert.Equal(ElfStatus.Ok, ElfFile.Open(new MemoryElfSource(image), out ElfFile? file));

        Assert.Equal(expected, file!.ReadSymbols(out ElfSymbolTable symbols));
        Assert.Equal(count, symbols.Count);
    }

    private static string NameAt(ElfSymbolTable symbols, ulong address) => symbols.TryFind(address, out ElfSymbol symbol) ? symbol.Name : "";
}
