// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;

namespace Tracer.Stacks.DotNet;

/// <summary>
/// One connection to a diagnostic port. All of it together takes no longer than its limit, however slowly the other side answers.
/// </summary>
internal sealed class DiagnosticConnection(Socket socket, TimeSpan limit) : IDisposable
{
    internal const int HeaderBytes = 20;
    private const int SizeOffset = 14;
    private const int CommandSetOffset = 16;
    private const int CommandOffset = 17;
    private const byte ServerCommands = 0xff;
    private const byte Ok = 0;

    private readonly long _started = Stopwatch.GetTimestamp();

    private static ReadOnlySpan<byte> Magic => "DOTNET_IPC_V1\0"u8;

    /// <summary>Sends one request.</summary>
    internal bool Send(byte commandSet, byte command, ReadOnlySpan<byte> payload)
    {
        byte[] message = Compose(commandSet, command, payload);
        try
        {
            // A request is far smaller than an empty socket buffer: what does not fit at once is no runtime.
            return socket.Send(message) == message.Length;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Receives the answer to a request, with what it carries.</summary>
    internal PortAnswer ReceiveAnswer(out byte[] payload)
    {
        payload = [];
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (!ReceiveAll(header) || !header.StartsWith(Magic) || header[CommandSetOffset] != ServerCommands)
            return PortAnswer.None;
        int size = BinaryPrimitives.ReadUInt16LittleEndian(header[SizeOffset..]);
        if (size < HeaderBytes)
            return PortAnswer.None;
        payload = new byte[size - HeaderBytes];
        if (!ReceiveAll(payload))
            return PortAnswer.None;
        return header[CommandOffset] == Ok ? PortAnswer.Done : PortAnswer.Refused;
    }

    /// <summary>Receives what is there, waiting for it; 0 at the end, on failure and when the limit is over.</summary>
    internal int ReceiveSome(Span<byte> buffer)
    {
        TimeSpan left = limit - Stopwatch.GetElapsedTime(_started);
        try
        {
            return left > TimeSpan.Zero && socket.Poll(left, SelectMode.SelectRead) ? socket.Receive(buffer) : 0;
        }
        catch (SocketException)
        {
            return 0;
        }
    }

    public void Dispose() => socket.Dispose();

    internal static byte[] Compose(byte commandSet, byte command, ReadOnlySpan<byte> payload)
    {
        var message = new byte[HeaderBytes + payload.Length];
        Magic.CopyTo(message);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(SizeOffset), (ushort)message.Length);
        message[CommandSetOffset] = commandSet;
        message[CommandOffset] = command;
        payload.CopyTo(message.AsSpan(HeaderBytes));
        return message;
    }

    private bool ReceiveAll(Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int got = ReceiveSome(buffer);
            if (got == 0)
                return false;
            buffer = buffer[got..];
        }

        return true;
    }
}
