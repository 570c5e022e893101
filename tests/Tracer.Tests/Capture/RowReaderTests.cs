// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using Tracer.Capture;

namespace Tracer.Tests.Capture;

public sealed class RowReaderTests
{
    private static readonly byte[][] Rows = [Row(4, 1), Row(5, 2), Row(40, 3), Row(RowReader.LongestRow, 4), Row(24, 5)];

    [Fact]
    public void Rows_cut_at_any_byte_come_out_whole()
    {
        byte[] stream = [.. Rows.SelectMany(r => r)];
        for (int cut = 0; cut <= stream.Length; cut++)
            Assert.Equal(Rows, ReadInPieces(stream, [cut, stream.Length]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(64)]
    public void Rows_read_a_few_bytes_at_a_time_come_out_whole(int piece)
    {
        byte[] stream = [.. Rows.SelectMany(r => r)];
        int[] ends = [.. Enumerable.Range(1, (stream.Length / piece) + 1).Select(i => Math.Min(i * piece, stream.Length))];
        Assert.Equal(Rows, ReadInPieces(stream, ends));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Fewer_bytes_than_a_size_are_left_for_the_next_read(int length) => Assert.Equal(0, RowReader.ReadAll(new byte[length], _ => Assert.Fail("no row")));

    [Theory]
    [InlineData(0u)]
    [InlineData(3u)]
    [InlineData(0x80000000u)]
    [InlineData(uint.MaxValue)]
    public void A_size_that_no_row_has_is_refused(uint size)
    {
        byte[] bytes = new byte[64];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, size);
        Assert.Contains($"{size} bytes", Assert.Throws<InvalidDataException>(() => RowReader.ReadAll(bytes, _ => { })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_longer_than_the_longest_is_refused_before_it_is_complete()
    {
        byte[] bytes = Row(RowReader.LongestRow + 1, 1)[..8];
        Assert.Throws<InvalidDataException>(() => RowReader.ReadAll(bytes, _ => { }));
    }

    [Fact]
    public void Rows_before_an_impossible_one_are_handed_over()
    {
        int rows = 0;
        Assert.Throws<InvalidDataException>(() => RowReader.ReadAll([.. Row(16, 1), .. new byte[4]], _ => rows++));
        Assert.Equal(1, rows);
    }

    /// <summary>Reads as a scan does: what is left of one read is put before the next.</summary>
    private static List<byte[]> ReadInPieces(byte[] stream, IEnumerable<int> ends)
    {
        var rows = new List<byte[]>();
        byte[] buffer = new byte[stream.Length];
        int carried = 0;
        int begin = 0;
        foreach (int end in ends)
        {
            stream.AsSpan(begin, end - begin).CopyTo(buffer.AsSpan(carried));
            int filled = carried + end - begin;
            int used = RowReader.ReadAll(buffer.AsSpan(0, filled), row => rows.Add(row.ToArray()));
            carried = filled - used;
            buffer.AsSpan(used, carried).CopyTo(buffer);
            begin = end;
        }
        Assert.Equal(0, carried);
        return rows;
    }

    private static byte[] Row(int size, byte content)
    {
        byte[] row = new byte[size];
        Array.Fill(row, content);
        BinaryPrimitives.WriteUInt32LittleEndian(row, (uint)size);
        return row;
    }
}
