// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Net;

namespace Tracer.Linux.Procfs;

/// <summary>A line of /proc/net/tcp, tcp6, udp or udp6.</summary>
internal static class InternetSocketLine
{
    private const int ColumnsBeforeInode = 5; // queues, timer, retransmissions, uid, timeout
    private const byte Listening = 10;

    // enum of include/net/tcp_states.h
    private static readonly string[] States =
        ["", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING", "NEW_SYN_RECV"];

    /// <summary>Reads a line of one of the wanted sockets; all others are passed over quickly.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> line, string protocol, HashSet<ulong> wanted, out ulong inode, out string name)
    {
        name = "";
        var columns = new ColumnReader(line);
        columns.Skip(1);
        ReadOnlySpan<byte> local = columns.Next();
        ReadOnlySpan<byte> remote = columns.Next();
        ReadOnlySpan<byte> state = columns.Next();
        columns.Skip(ColumnsBeforeInode);
        ReadOnlySpan<byte> digits = columns.Next();
        if (!Utf8Parser.TryParse(digits, out inode, out int used) || used != digits.Length || !wanted.Contains(inode))
            return false;
        if (!TryParseEndPoint(local, out IPEndPoint? from) || !TryParseEndPoint(remote, out IPEndPoint? to)
            || !byte.TryParse(state, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte number))
            return false;
        name = Describe(protocol, from, to, number);
        return true;
    }

    private static string Describe(string protocol, IPEndPoint from, IPEndPoint to, byte state)
    {
        if (protocol != "tcp")
            return to.Port == 0 ? $"{protocol} {from}" : $"{protocol} {from} -> {to}";
        return state == Listening ? $"tcp listening {from}" : $"tcp {from} -> {to} {(state < States.Length ? States[state] : "")}".TrimEnd();
    }

    // 0100007F:1F90: words in the order of the host's bytes, the port as a number.
    private static bool TryParseEndPoint(ReadOnlySpan<byte> text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IPEndPoint? endPoint)
    {
        const int digitsPerWord = 8;
        endPoint = null;
        int colon = text.IndexOf((byte)':');
        if (colon is not (digitsPerWord or 4 * digitsPerWord)
            || !ushort.TryParse(text[(colon + 1)..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort port))
            return false;
        Span<byte> address = stackalloc byte[colon / 2];
        for (int i = 0; i < address.Length; i += sizeof(uint))
        {
            if (!uint.TryParse(text.Slice(i * 2, digitsPerWord), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint word))
                return false;
            BinaryPrimitives.WriteUInt32LittleEndian(address[i..], word);
        }

        var parsed = new IPAddress(address);
        endPoint = new IPEndPoint(parsed.IsIPv4MappedToIPv6 ? parsed.MapToIPv4() : parsed, port);
        return true;
    }
}
