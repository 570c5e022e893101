// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tracer.Wire;

/// <summary>Bytes in, structs out. Never throws, never allocates: a bad record is a value.</summary>
public static class WireReader
{
    /// <summary>The kind of a record, or <see cref="TcpEventKind.Unknown"/> if it has no readable header of this version.</summary>
    public static TcpEventKind PeekKind(ReadOnlySpan<byte> record)
    {
        if (!MemoryMarshal.TryRead(record, out TcpEventHeader header) || header.Version != WireFormat.Version)
            return TcpEventKind.Unknown;
        return header.Kind <= TcpEventKind.Thread ? header.Kind : TcpEventKind.Unknown;
    }

    /// <summary>Reads a TRANSITION.</summary>
    public static DecodeStatus TryReadEvent(ReadOnlySpan<byte> record, out TcpEvent tcpEvent)
    {
        DecodeStatus status = TryRead(record, TcpEventKind.Transition, out tcpEvent);
        if (status != DecodeStatus.Ok || HasValidStates(in tcpEvent))
            return status;
        tcpEvent = default;
        return DecodeStatus.BadState;
    }

    /// <summary>Reads CLOSE_WAIT_ENTER, _USE, _EXIT, RELEASE and SNAPSHOT.</summary>
    public static DecodeStatus TryReadSocketEvent(ReadOnlySpan<byte> record, out TcpSocketEvent socketEvent)
    {
        TcpEventKind kind = PeekKind(record);
        TcpEventKind wanted = kind is >= TcpEventKind.CloseWaitEnter and <= TcpEventKind.Snapshot ? kind : TcpEventKind.Snapshot;
        DecodeStatus status = TryRead(record, wanted, out socketEvent);
        if (status != DecodeStatus.Ok || HasValidStates(in socketEvent.Event))
            return status;
        socketEvent = default;
        return DecodeStatus.BadState;
    }

    /// <summary>Reads a HOLDER.</summary>
    public static DecodeStatus TryReadHolder(ReadOnlySpan<byte> record, out TcpHolder holder)
    {
        DecodeStatus status = TryRead(record, TcpEventKind.Holder, out holder);
        if (status != DecodeStatus.Ok || holder.State <= (uint)TcpState.NewSynRecv)
            return status;
        holder = default;
        return DecodeStatus.BadState;
    }

    /// <summary>Reads a QUEUED.</summary>
    public static DecodeStatus TryReadQueued(ReadOnlySpan<byte> record, out TcpQueued queued) =>
        TryRead(record, TcpEventKind.Queued, out queued);

    /// <summary>Reads a PROCESS_EXIT.</summary>
    public static DecodeStatus TryReadProcessExit(ReadOnlySpan<byte> record, out TcpProcessExit processExit) =>
        TryRead(record, TcpEventKind.ProcessExit, out processExit);

    /// <summary>Reads a THREAD.</summary>
    public static DecodeStatus TryReadThread(ReadOnlySpan<byte> record, out TcpThread thread) =>
        TryRead(record, TcpEventKind.Thread, out thread);

    /// <summary>Reads a CODE_WANTED, a CODE_MAPPING or a PROCESS_EXEC.</summary>
    public static DecodeStatus TryReadCodeMapping(ReadOnlySpan<byte> record, out TcpCodeMapping mapping)
    {
        TcpEventKind kind = PeekKind(record);
        return TryRead(record, kind is TcpEventKind.CodeMapping or TcpEventKind.ProcessExec ? kind : TcpEventKind.CodeWanted, out mapping);
    }

    /// <summary>Reads a STACK; the frames are views of the record and live as long as it does.</summary>
    public static DecodeStatus TryReadStack(
        ReadOnlySpan<byte> record, out TcpStackHeader stack, out ReadOnlySpan<ulong> frames, out ReadOnlySpan<TcpInterpreterFrame> interpreter)
    {
        frames = default;
        interpreter = default;
        DecodeStatus status = ReadPrefix(record, TcpEventKind.Stack, out stack);
        if (status != DecodeStatus.Ok)
            return status;
        ReadOnlySpan<byte> tail = record[Unsafe.SizeOf<TcpStackHeader>()..];
        int frameBytes = stack.FrameCount * sizeof(ulong);
        if (stack.FrameCount > WireFormat.StackDepth || stack.InterpreterCount > WireFormat.InterpreterDepth)
            status = DecodeStatus.BadFrameCount;
        else if (tail.Length != frameBytes + (stack.InterpreterCount * Unsafe.SizeOf<TcpInterpreterFrame>()))
            status = DecodeStatus.SizeMismatch;
        if (status != DecodeStatus.Ok)
        {
            stack = default;
            return status;
        }
        frames = MemoryMarshal.Cast<byte, ulong>(tail[..frameBytes]);
        interpreter = MemoryMarshal.Cast<byte, TcpInterpreterFrame>(tail[frameBytes..]);
        return status;
    }

    private static DecodeStatus TryRead<T>(ReadOnlySpan<byte> record, TcpEventKind kind, out T value)
        where T : unmanaged
    {
        DecodeStatus status = ReadPrefix(record, kind, out value);
        if (status != DecodeStatus.Ok || record.Length == Unsafe.SizeOf<T>())
            return status;
        value = default;
        return DecodeStatus.SizeMismatch;
    }

    // The header is judged before the length: a record of another version has every right to another size.
    private static DecodeStatus ReadPrefix<T>(ReadOnlySpan<byte> record, TcpEventKind kind, out T value)
        where T : unmanaged
    {
        value = default;
        if (!MemoryMarshal.TryRead(record, out TcpEventHeader header))
            return DecodeStatus.TooShort;
        if (header.Version != WireFormat.Version)
            return DecodeStatus.UnknownVersion;
        if (header.Kind != kind)
            return DecodeStatus.UnknownKind;
        if (header.Size != (uint)record.Length)
            return DecodeStatus.SizeMismatch;
        return MemoryMarshal.TryRead(record, out value) ? DecodeStatus.Ok : DecodeStatus.TooShort;
    }

    private static bool HasValidStates(in TcpEvent tcpEvent) =>
        tcpEvent.OldState <= TcpState.NewSynRecv && tcpEvent.NewState <= TcpState.NewSynRecv;
}
