// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;

namespace Tracer.Wire.Tests;

public sealed class WireReaderTests
{
    public delegate DecodeStatus Reader(ReadOnlySpan<byte> record, out bool isCleared);

    private static readonly Dictionary<TcpEventKind, (Reader Read, Func<byte[]> Sample)> Kinds = new()
    {
        [TcpEventKind.Transition] = (ReadEvent, () => RecordBytes.Of(SampleRecords.Transition("192.0.2.1", "192.0.2.2", 2))),
        [TcpEventKind.CloseWaitEnter] = (ReadSocketEvent, () => Socket(TcpEventKind.CloseWaitEnter)),
        [TcpEventKind.CloseWaitUse] = (ReadSocketEvent, () => Socket(TcpEventKind.CloseWaitUse)),
        [TcpEventKind.CloseWaitExit] = (ReadSocketEvent, () => Socket(TcpEventKind.CloseWaitExit)),
        [TcpEventKind.Release] = (ReadSocketEvent, () => Socket(TcpEventKind.Release)),
        [TcpEventKind.Snapshot] = (ReadSocketEvent, () => Socket(TcpEventKind.Snapshot)),
        [TcpEventKind.Holder] = (ReadHolder, () => RecordBytes.Of(SampleRecords.Holder())),
        [TcpEventKind.Queued] = (ReadQueued, () => RecordBytes.Of(SampleRecords.Queued())),
        [TcpEventKind.Stack] = (ReadStack, () => RecordBytes.OfStack(SampleRecords.Stack(), 1, 2, 3)),
        [TcpEventKind.ProcessExit] = (ReadProcessExit, () => RecordBytes.Of(SampleRecords.ProcessExit())),
        [TcpEventKind.Thread] = (ReadThread, () => RecordBytes.Of(SampleRecords.Thread())),
        [TcpEventKind.CodeWanted] = (ReadCodeMapping, () => RecordBytes.Of(SampleRecords.Mapping(TcpEventKind.CodeWanted))),
        [TcpEventKind.ProcessExec] = (ReadCodeMapping, () => RecordBytes.Of(SampleRecords.Mapping(TcpEventKind.ProcessExec))),
        [TcpEventKind.CodeMapping] = (ReadCodeMapping, () => RecordBytes.Of(SampleRecords.Mapping(TcpEventKind.CodeMapping))),
    };

    public static TheoryData<TcpEventKind> AllKinds => [.. Enum.GetValues<TcpEventKind>().Where(kind => kind != TcpEventKind.Unknown)];

    [Theory]
    [MemberData(nameof(AllKinds))]
    public void A_good_record_is_read(TcpEventKind kind)
    {
        byte[] record = Kinds[kind].Sample();
        Assert.Equal(kind, WireReader.PeekKind(record));
        Assert.Equal(DecodeStatus.Ok, Kinds[kind].Read(record, out bool isCleared));
        Assert.False(isCleared);
    }

    [Theory]
    [MemberData(nameof(AllKinds))]
    public void Nothing_shorter_than_the_struct_is_read(TcpEventKind kind)
    {
        byte[] record = Kinds[kind].Sample();
        for (int length = 0; length < record.Length; length++)
        {
            DecodeStatus expected = length < Unsafe.SizeOf<TcpEventHeader>() ? DecodeStatus.TooShort : DecodeStatus.SizeMismatch;
            Refuses(expected, kind, record[..length]);
        }
    }

    [Theory]
    [MemberData(nameof(AllKinds))]
    public void A_record_that_admits_to_be_short_is_too_short(TcpEventKind kind)
    {
        byte[] record = Kinds[kind].Sample()[..Unsafe.SizeOf<TcpEventHeader>()];
        BitConverter.TryWriteBytes(record, record.Length);
        Refuses(DecodeStatus.TooShort, kind, record);
    }

    [Theory]
    [MemberData(nameof(AllKinds))]
    public void A_longer_record_is_refused_even_if_it_admits_its_size(TcpEventKind kind)
    {
        byte[] record = [.. Kinds[kind].Sample(), .. new byte[8]];
        Refuses(DecodeStatus.SizeMismatch, kind, record);
        BitConverter.TryWriteBytes(record, record.Length);
        Refuses(DecodeStatus.SizeMismatch, kind, record);
    }

    [Theory]
    [MemberData(nameof(AllKinds))]
    public void Another_version_is_refused_before_its_size_is_judged(TcpEventKind kind)
    {
        byte[] record = [.. Kinds[kind].Sample(), .. new byte[8]];
        record[6]++;
        Refuses(DecodeStatus.UnknownVersion, kind, record);
        Assert.Equal(TcpEventKind.Unknown, WireReader.PeekKind(record));
    }

    [Theory]
    [MemberData(nameof(AllKinds))]
    public void Each_reader_refuses_every_other_kind(TcpEventKind kind)
    {
        byte[] record = Kinds[kind].Sample();
        foreach (TcpEventKind other in AllKinds.Select(row => row.Data).Where(other => Kinds[other].Read != Kinds[kind].Read))
            Assert.Equal(DecodeStatus.UnknownKind, Kinds[other].Read(record, out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(ushort.MaxValue)]
    public void A_kind_that_does_not_exist_is_refused(ushort kind)
    {
        foreach (TcpEventKind known in AllKinds.Select(row => row.Data))
        {
            byte[] record = Kinds[known].Sample();
            BitConverter.TryWriteBytes(record.AsSpan(4), kind);
            Assert.Equal(TcpEventKind.Unknown, WireReader.PeekKind(record));
            Refuses(DecodeStatus.UnknownKind, known, record);
        }
    }

    [Theory]
    [InlineData(13)]
    [InlineData(255)]
    public void A_state_that_does_not_exist_is_refused(byte state)
    {
        TcpEvent transition = SampleRecords.Transition("192.0.2.1", "192.0.2.2", 2);
        transition.OldState = (TcpState)state;
        Refuses(DecodeStatus.BadState, TcpEventKind.Transition, RecordBytes.Of(transition));
        Refuses(DecodeStatus.BadState, TcpEventKind.CloseWaitExit,
            RecordBytes.Of(SampleRecords.Socket(TcpEventKind.CloseWaitExit, TcpState.CloseWait, (TcpState)state)));
        TcpHolder holder = SampleRecords.Holder();
        holder.State = state;
        Refuses(DecodeStatus.BadState, TcpEventKind.Holder, RecordBytes.Of(holder));
    }

    [Theory]
    [InlineData(128)]
    [InlineData(ushort.MaxValue)]
    public void More_frames_than_the_kernel_walks_are_refused(ushort frameCount)
    {
        byte[] record = Kinds[TcpEventKind.Stack].Sample();
        BitConverter.TryWriteBytes(record.AsSpan(32), frameCount);
        Refuses(DecodeStatus.BadFrameCount, TcpEventKind.Stack, record);
        BitConverter.TryWriteBytes(record.AsSpan(32), (ushort)3);
        BitConverter.TryWriteBytes(record.AsSpan(34), frameCount);
        Refuses(DecodeStatus.BadFrameCount, TcpEventKind.Stack, record);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(127)]
    public void A_frame_count_that_does_not_fill_the_record_is_refused(ushort frameCount)
    {
        byte[] record = Kinds[TcpEventKind.Stack].Sample();
        BitConverter.TryWriteBytes(record.AsSpan(32), frameCount);
        Refuses(DecodeStatus.SizeMismatch, TcpEventKind.Stack, record);
    }

    [Fact]
    public void Frames_come_in_order_from_the_record_itself()
    {
        byte[] record = RecordBytes.OfStack(SampleRecords.Stack(), [11, 22, 33], [new() { Function = 44, Position = 55, Detail = 66 }]);
        Assert.Equal(
            DecodeStatus.Ok,
            WireReader.TryReadStack(record, out TcpStackHeader stack, out ReadOnlySpan<ulong> frames, out ReadOnlySpan<TcpInterpreterFrame> interpreter));
        Assert.Equal(3, stack.FrameCount);
        Assert.Equal(1, interpreter.Length);
        Assert.Equal((44UL, 55UL, 66UL), (interpreter[0].Function, interpreter[0].Position, interpreter[0].Detail));
        Assert.Equal([11UL, 22UL, 33UL], frames.ToArray());
        record[Unsafe.SizeOf<TcpStackHeader>()] = 12;
        Assert.Equal(12UL, frames[0]);
    }

    [Fact]
    public void A_record_at_an_odd_address_is_read()
    {
        byte[] record = [0, .. Kinds[TcpEventKind.CloseWaitEnter].Sample()];
        Assert.Equal(DecodeStatus.Ok, WireReader.TryReadSocketEvent(record.AsSpan(1), out TcpSocketEvent socketEvent));
        Assert.Equal(0x2001UL, socketEvent.Event.Cookie);
    }

    private static void Refuses(DecodeStatus reason, TcpEventKind kind, byte[] record)
    {
        Assert.Equal(reason, Kinds[kind].Read(record, out bool isCleared));
        Assert.True(isCleared, "a refused record leaves nothing behind");
    }

    private static byte[] Socket(TcpEventKind kind) =>
        RecordBytes.Of(SampleRecords.Socket(kind, TcpState.CloseWait, TcpState.LastAck));

    private static bool IsCleared<T>(in T value) where T : unmanaged => !RecordBytes.Of(value).AsSpan().ContainsAnyExcept((byte)0);

    private static DecodeStatus ReadEvent(ReadOnlySpan<byte> record, out bool isCleared)
    {
        DecodeStatus status = WireReader.TryReadEvent(record, out TcpEvent value);
        isCleared = IsCleared(value);
        return status;
    }

    private static DecodeStatus ReadSocketEvent(ReadOnlySpan<byte> record, out bool isCleared)
    {
        DecodeStatus status = WireReader.TryReadSocketEvent(record, out TcpSocketEvent value);
        isCleared = IsCleared(value);
        return status;
    }

    private static DecodeStatus ReadHolder(ReadOnlySpan<byte> record, out bool isCleared)
    {
        DecodeStatus status = WireReader.TryReadHolder(record, out TcpHolder value);
        isCleared = IsCleared(value);
        return status;
    }

    private static DecodeStatus ReadQueued(ReadOnlySpan<byte> record, out bool isCleared)
    {
        DecodeStatus status = WireReader.TryReadQueued(record, out TcpQueued value);
        isCleared = IsCleared(value);
        return status;
    }

    private static DecodeStatus ReadStack(ReadOnlySpan<byte> record, out bool isCleared)
    {
        DecodeStatus status = WireReader.TryReadStack(
            record, out TcpStackHeader value, out ReadOnlySpan<ulong> frames, out ReadOnlySpan<TcpInterpreterFrame> interpreter);
        isCleared = IsCleared(value) && frames.IsEmpty && interpreter.IsEmpty;
        return status;
    }

    private static DecodeStatus ReadCodeMapping(ReadOnlySpan<byte> record, out bool isCleared)
    {
        DecodeStatus status = WireReader.TryReadCodeMapping(record, out TcpCodeMapping value);
        isCleared = IsCleared(value);
        return status;
    }

    private static DecodeStatus ReadProcessExit(ReadOnlySpan<byte> record, out bool isCleared)
    {
        DecodeStatus status = WireReader.TryReadProcessExit(record, out TcpProcessExit value);
        isCleared = IsCleared(value);
        return status;
    }

    private static DecodeStatus ReadThread(ReadOnlySpan<byte> record, out bool isCleared)
    {
        DecodeStatus status = WireReader.TryReadThread(record, out TcpThread value);
        isCleared = IsCleared(value);
        return status;
    }
}
