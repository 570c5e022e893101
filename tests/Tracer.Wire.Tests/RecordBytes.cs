// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Tracer.Wire.Tests;

/// <summary>Structs to bytes and text to wire buffers: what the kernel does in production.</summary>
internal static class RecordBytes
{
    public static byte[] Of<T>(in T record) where T : unmanaged
    {
        byte[] bytes = new byte[Unsafe.SizeOf<T>()];
        MemoryMarshal.Write(bytes, in record);
        return bytes;
    }

    public static byte[] OfStack(TcpStackHeader stack, params ulong[] frames) => OfStack(stack, frames, []);

    public static byte[] OfStack(TcpStackHeader stack, ulong[] frames, TcpInterpreterFrame[] interpreter)
    {
        stack.FrameCount = (ushort)frames.Length;
        stack.InterpreterCount = (ushort)interpreter.Length;
        byte[] words = [.. MemoryMarshal.AsBytes(frames.AsSpan()), .. MemoryMarshal.AsBytes(interpreter.AsSpan())];
        stack.Header = Header(TcpEventKind.Stack, Unsafe.SizeOf<TcpStackHeader>() + words.Length);
        return [.. Of(stack), .. words];
    }

    public static T Text<T>(string text) where T : unmanaged
    {
        T value = default;
        Encoding.UTF8.GetBytes(text).CopyTo(MemoryMarshal.AsBytes(new Span<T>(ref value)));
        return value;
    }

    public static TcpEventHeader Header(TcpEventKind kind, int size) =>
        new() { Kind = kind, Size = (uint)size, Version = WireFormat.Version };

    public static TcpEventHeader Header<T>(TcpEventKind kind) where T : unmanaged => Header(kind, Unsafe.SizeOf<T>());

    public static WireComm Comm(string name) => Comm(Encoding.UTF8.GetBytes(name));

    public static WireComm Comm(ReadOnlySpan<byte> name)
    {
        WireComm comm = default;
        name.CopyTo(MemoryMarshal.AsBytes(new Span<WireComm>(ref comm)));
        return comm;
    }

    public static WireAddress Address(string text)
    {
        WireAddress address = default;
        System.Net.IPAddress.Parse(text).MapToIPv6().GetAddressBytes().CopyTo(MemoryMarshal.AsBytes(new Span<WireAddress>(ref address)));
        return address;
    }
}
