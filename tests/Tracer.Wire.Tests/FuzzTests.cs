// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Wire.Tests;

/// <summary>No bytes make a reader throw, allocate or accept what it must not. Seeds are fixed: a failure repeats.</summary>
public sealed class FuzzTests
{
    private const int Iterations = 2_000_000;

    private static readonly byte[][] Goldens = [.. SampleRecords.All().Select(sample => sample.Bytes)];

    [Fact]
    public void Random_bytes_are_refused_quietly()
    {
        byte[] buffer = new byte[2048];
        ReadAll(buffer);
        Random random = new(20260101);
        int accepted = 0;
        Assert.Equal(0, LeastAllocated(() =>
        {
            Span<byte> record = buffer.AsSpan(0, random.Next(256));
            random.NextBytes(record);
            accepted += ReadAll(record);
        }));
        // A header that fits by chance needs 64 right bits.
        Assert.Equal(0, accepted);
    }

    [Fact]
    public void Mutated_records_are_read_or_refused_quietly()
    {
        byte[] buffer = new byte[2048];
        Random random = new(20260102);
        int accepted = ReadAll(Mutate(random, buffer)); // the first use of the samples makes them
        Assert.Equal(0, LeastAllocated(() => accepted += ReadAll(Mutate(random, buffer))));
        // Most single changes hit a number that may be anything.
        Assert.InRange(accepted, Iterations / 4, Iterations - Iterations / 100);
    }

    [Fact]
    public void What_is_accepted_keeps_its_promises()
    {
        byte[] buffer = new byte[2048];
        Random random = new(20260103);
        for (int iteration = 0; iteration < Iterations / 4; iteration++)
        {
            ReadOnlySpan<byte> record = Mutate(random, buffer);
            TcpEventKind kind = WireReader.PeekKind(record);
            if (WireReader.TryReadSocketEvent(record, out TcpSocketEvent socketEvent) == DecodeStatus.Ok)
                KeepsPromises(kind, socketEvent.Event, record.Length);
            if (WireReader.TryReadEvent(record, out TcpEvent tcpEvent) == DecodeStatus.Ok)
                KeepsPromises(kind, tcpEvent, record.Length);
            if (WireReader.TryReadStack(record, out TcpStackHeader stack, out ReadOnlySpan<ulong> frames, out ReadOnlySpan<TcpInterpreterFrame> interpreter) == DecodeStatus.Ok)
            {
                Assert.Equal(TcpEventKind.Stack, kind);
                Assert.Equal((int)stack.FrameCount, frames.Length);
                Assert.InRange(frames.Length, 0, WireFormat.StackDepth);
                Assert.Equal((int)stack.InterpreterCount, interpreter.Length);
                Assert.InRange(interpreter.Length, 0, WireFormat.InterpreterDepth);
            }
        }
    }

    // Of five rounds: what the runtime allocates by itself on this thread does not come in each of them.
    private static long LeastAllocated(Action iteration)
    {
        const int rounds = 5;
        long least = long.MaxValue;
        for (int round = 0; round < rounds; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Iterations / rounds; i++)
                iteration();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    private static void KeepsPromises(TcpEventKind kind, in TcpEvent tcpEvent, int length)
    {
        Assert.Equal(kind, tcpEvent.Header.Kind);
        Assert.Equal(length, (int)tcpEvent.Header.Size);
        Assert.Equal(WireFormat.Version, tcpEvent.Header.Version);
        Assert.InRange(tcpEvent.OldState, TcpState.Unknown, TcpState.NewSynRecv);
        Assert.InRange(tcpEvent.NewState, TcpState.Unknown, TcpState.NewSynRecv);
    }

    // One to three changed bytes, half of them in the first 48 where the header and the counts are; sometimes another length.
    private static ReadOnlySpan<byte> Mutate(Random random, byte[] buffer)
    {
        byte[] golden = Goldens[random.Next(Goldens.Length)];
        golden.CopyTo(buffer.AsSpan());
        for (int change = random.Next(1, 4); change > 0 && golden.Length > 0; change--)
            buffer[random.Next(random.Next(2) == 0 ? Math.Min(48, golden.Length) : golden.Length)] = (byte)random.Next(256);
        int length = random.Next(8) == 0 ? random.Next(golden.Length + 16) : golden.Length;
        return buffer.AsSpan(0, length);
    }

    private static int ReadAll(ReadOnlySpan<byte> record)
    {
        TcpEventKind kind = WireReader.PeekKind(record);
        int accepted = 0;
        accepted += WireReader.TryReadEvent(record, out _) == DecodeStatus.Ok ? 1 : 0;
        accepted += WireReader.TryReadSocketEvent(record, out _) == DecodeStatus.Ok ? 1 : 0;
        accepted += WireReader.TryReadHolder(record, out _) == DecodeStatus.Ok ? 1 : 0;
        accepted += WireReader.TryReadQueued(record, out _) == DecodeStatus.Ok ? 1 : 0;
        accepted += WireReader.TryReadProcessExit(record, out _) == DecodeStatus.Ok ? 1 : 0;
        accepted += WireReader.TryReadThread(record, out _) == DecodeStatus.Ok ? 1 : 0;
        accepted += WireReader.TryReadStack(record, out _, out _, out _) == DecodeStatus.Ok ? 1 : 0;
        accepted += WireReader.TryReadCodeMapping(record, out _) == DecodeStatus.Ok ? 1 : 0;
        if (accepted > 1 || (accepted == 1 && kind == TcpEventKind.Unknown))
            throw new InvalidOperationException("two readers took one record, or one took a record of no kind");
        return accepted;
    }
}
