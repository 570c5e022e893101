// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Tracer.Stacks.Runtimes;
using Xunit;

namespace Tracer.Stacks.Tests.Runtimes;

public sealed class CodeTableTests
{
    [Fact]
    public void Later_piece_evicts_every_earlier_one_that_it_overlaps()
    {
        var builder = new CodeTableBuilder();
        builder.Add(0x1000, 0x100, "first"u8);
        builder.Add(0x1100, 0x100, "second"u8);
        builder.Add(0x1080, 0x100, "third"u8);
        builder.Add(0x1170, 0x10, "fourth"u8);

        CodeTable table = builder.Build();

        Assert.Equal("fourth", Find(table, 0x1170));
        // Its memory was the third's; before, it was the second's, which was gone by then.
        Assert.Null(Find(table, 0x1000));
        Assert.Null(Find(table, 0x1100));
        Assert.Null(Find(table, 0x11f0));
        Assert.Equal(1, table.Count);
    }

    [Fact]
    public void Random_pieces_end_as_if_each_had_been_put_in_alone()
    {
        var random = new Random(7);
        for (int round = 0; round < 300; round++)
        {
            var builder = new CodeTableBuilder();
            var live = new List<(ulong Start, ulong End, string Name)>();
            for (int i = random.Next(60); i > 0; i--)
            {
                ulong start = (ulong)random.Next(1, 200);
                ulong size = (ulong)random.Next(1, 20);
                live.RemoveAll(piece => piece.Start < start + size && start < piece.End);
                live.Add((start, start + size, $"{i}"));
                builder.Add(start, size, Encoding.UTF8.GetBytes($"{i}"));
                if (random.Next(20) == 0)
                    builder = Rebuilt(builder);
            }

            CodeTable table = builder.Build();
            for (ulong address = 0; address < 230; address++)
                Assert.Equal(live.Find(piece => address >= piece.Start && address < piece.End).Name, Find(table, address));
        }
    }

    [Fact]
    public void Full_builder_drops_what_is_gone_and_says_when_that_is_not_enough()
    {
        var builder = new CodeTableBuilder(maxPieces: 100);
        for (int i = 0; i < 1000; i++)
            builder.Add((ulong)(0x1000 + (i % 50)), 1, Encoding.UTF8.GetBytes($"{i}"));
        CodeTable again = builder.Build();
        Assert.True(again.IsComplete);
        Assert.Equal("999", Find(again, 0x1000 + 49));

        for (int i = 0; i < 1000; i++)
            builder.Add((ulong)(0x2000 + i), 1, "x"u8);
        Assert.False(builder.Build().IsComplete);
        Assert.InRange(builder.Count, 50, 100);
    }

    [Fact]
    public void Pieces_that_make_no_sense_are_left_out()
    {
        var builder = new CodeTableBuilder();
        builder.Add(0, 16, "null"u8);
        builder.Add(0x1000, 0, "empty"u8);
        builder.Add(0x1000, ulong.MaxValue, "all"u8);
        builder.Add(ulong.MaxValue - 8, 16, "end"u8);

        Assert.Equal(0, builder.Build().Count);
    }

    private static CodeTableBuilder Rebuilt(CodeTableBuilder builder)
    {
        var next = new CodeTableBuilder();
        builder.Build().CopyTo(next);
        return next;
    }

    private static string? Find(CodeTable table, ulong address) => table.TryFind(address, out ReadOnlySpan<byte> name) ? Encoding.UTF8.GetString(name) : null;
}
