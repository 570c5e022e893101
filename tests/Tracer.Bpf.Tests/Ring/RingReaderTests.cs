// SPDX-License-Identifier: Apache-2.0
using Tracer.Bpf.Ring;
using Tracer.Linux.Interop;
using Xunit;

namespace Tracer.Bpf.Tests.Ring;

public sealed class RingReaderTests
{
    private const int Size = 4096;

    [Fact]
    public void An_empty_ring_has_no_record()
    {
        var ring = new RingArray(Size);

        Assert.True(ring.Reader.IsEmpty);
        Assert.False(ring.Reader.TryRead(out ReadOnlySpan<byte> record));
        Assert.True(record.IsEmpty);
        Assert.Equal((uint)Size, ring.Reader.Size);
    }

    [Fact]
    public void Records_come_in_order_with_their_exact_length()
    {
        var ring = new RingArray(Size);
        ring.TryAdd(1, 2, 3);
        ring.TryAdd();
        ring.TryAdd(4, 5, 6, 7, 8, 9, 10, 11);

        Assert.Equal(16ul + 8 + 16, ring.Reader.Available);
        Assert.Equal([[1, 2, 3], [], [4, 5, 6, 7, 8, 9, 10, 11]], ReadAll(ring));
        Assert.True(ring.Reader.IsEmpty);
    }

    [Fact]
    public void Space_is_given_back_only_on_release()
    {
        var ring = new RingArray(Size);
        ring.TryAdd(1);
        Assert.True(ring.Reader.TryRead(out _));

        Assert.Equal(0ul, ring.Consumed);
        ring.Reader.Release();
        Assert.Equal(16ul, ring.Consumed);
    }

    [Fact]
    public void A_busy_record_holds_back_itself_and_all_after_it()
    {
        var ring = new RingArray(Size);
        ring.TryAdd(1);
        ulong unfinished = ring.Reserve(4)!.Value;
        ring.TryAdd(3);

        Assert.Equal([[1]], ReadAll(ring));
        Assert.False(ring.Reader.IsEmpty);
        ring.Submit(unfinished, [2, 2, 2, 2]);
        Assert.Equal([[2, 2, 2, 2], [3]], ReadAll(ring));
    }

    [Fact]
    public void Discarded_records_are_skipped_and_their_space_returns()
    {
        var ring = new RingArray(Size);
        ring.Discard(ring.Reserve(100)!.Value, 100);
        ring.TryAdd(7);
        ring.Discard(ring.Reserve(8)!.Value, 8);

        Assert.Equal([[7]], ReadAll(ring));
        ring.Reader.Release();
        Assert.Equal(ring.Produced, ring.Consumed);
    }

    [Fact]
    public void A_record_across_the_end_is_whole()
    {
        var ring = new RingArray(Size, start: Size - 16);
        byte[] payload = [.. Enumerable.Range(0, 200).Select(i => (byte)i)];
        ring.TryAdd(payload);

        Assert.Equal([payload], ReadAll(ring));
    }

    [Fact]
    public void Reading_resumes_where_an_earlier_reader_released()
    {
        var ring = new RingArray(Size, start: 1ul << 40);
        ring.TryAdd(9);

        Assert.Equal([[9]], ReadAll(ring));
        ring.Reader.Release();
        Assert.Equal((1ul << 40) + 16, ring.Consumed);
    }

    [Fact]
    public void A_record_longer_than_the_part_of_the_ring_that_is_mapped_twice_stops_the_reader()
    {
        const int size = 256 * 1024;
        const int longest = (64 * 1024) - 8; // with its header
        var ring = new RingArray(size);
        ring.WriteHeader(ring.Reserve(longest)!.Value, longest);
        Assert.True(ring.Reader.TryRead(out ReadOnlySpan<byte> record));
        Assert.Equal(longest, record.Length);
        ring.WriteHeader(ring.Reserve(longest + 1)!.Value, longest + 1);
        Assert.Equal(Errno.EBADMSG, Assert.Throws<BpfException>(() => ring.Reader.TryRead(out _)).ErrorNumber);
    }

    [Theory]
    [InlineData(9u)] // one byte more than is in use
    [InlineData(Size)]
    [InlineData(0x3fffffffu)] // the largest length a header can state
    [InlineData(0x3fffffffu | 1u << 30)] // the same, discarded
    public void A_length_beyond_what_is_in_use_stops_the_reader(uint word)
    {
        var ring = new RingArray(Size);
        ulong position = ring.Reserve(8)!.Value;
        ring.WriteHeader(position, word);

        for (int i = 0; i < 2; i++)
        {
            var error = Assert.Throws<BpfException>(() => ring.Reader.TryRead(out _));
            Assert.Equal(Errno.EBADMSG, error.ErrorNumber);
            Assert.StartsWith("cannot read ring buffer: ", error.Message);
        }
    }

    [Theory]
    [InlineData(Size + 8)]
    [InlineData(-8)] // behind the consumer
    public void A_producer_position_that_cannot_be_stops_the_reader(long produced)
    {
        var ring = new RingArray(Size) { Produced = (ulong)produced };

        Assert.Throws<BpfException>(() => ring.Reader.TryRead(out _));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Random_traffic_arrives_complete_and_in_order(int seed)
    {
        var traffic = new RandomTraffic(seed);
        for (int step = 0; step < 20_000; step++)
            traffic.Step();
        int stillUnfinished = traffic.Unfinished.Count(record => !record.Discard);
        foreach (byte[] record in ReadAll(traffic.Ring))
            Assert.Equal(traffic.Expected.Dequeue(), record);

        Assert.Equal(stillUnfinished, traffic.Expected.Count);
        Assert.True(traffic.Received > 1000, $"only {traffic.Received} records");
    }

    [Fact]
    public void Reading_allocates_nothing()
    {
        var ring = new RingArray(64 * 1024);
        long bytes = 0;
        long Drain()
        {
            for (int i = 0; i < 400; i++)
                ring.TryAdd(1, 2, 3, 4, 5, 6, 7, 8);
            long before = GC.GetAllocatedBytesForCurrentThread();
            while (ring.Reader.TryRead(out ReadOnlySpan<byte> record))
                bytes += record.Length;
            ring.Reader.Release();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Drain();

        Assert.Equal(0, Drain());
        Assert.Equal(2 * 400 * 8, bytes);
    }

    [Fact]
    public void A_disposed_reader_refuses()
    {
        var ring = new RingArray(Size);
        ring.Reader.Dispose();
        ring.Reader.Dispose();

        Assert.Throws<ObjectDisposedException>(() => ring.Reader.TryRead(out _));
        Assert.Throws<ObjectDisposedException>(ring.Reader.Release);
        Assert.Throws<ObjectDisposedException>(() => ring.Reader.IsEmpty);
    }

    private static List<byte[]> ReadAll(RingArray ring)
    {
        var records = new List<byte[]>();
        while (ring.Reader.TryRead(out ReadOnlySpan<byte> record))
            records.Add(record.ToArray());
        return records;
    }
}
