// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;

namespace Tracer.Linux.Netlink;

/// <summary>
/// Writes inet_diag requests and reads their answers. Netlink integers have the byte order of the host, which is little endian on every machine
/// this runs on; ports and addresses are big endian.
/// </summary>
internal static class InetDiagMessages
{
    internal const int RequestBytes = HeaderBytes + 56;

    private const int HeaderBytes = 16;
    private const int RowBytes = 72;
    private const int AttributeHeaderBytes = 4;
    private const ushort ErrorType = 2;
    private const ushort DoneType = 3;
    private const ushort ByFamilyType = 20;
    private const ushort CgroupIdAttribute = 21;
    private const ushort RequestFlag = 0x1;
    private const ushort DumpFlags = 0x300;
    private const ushort InterruptedFlag = 0x10;
    private const byte TcpProtocol = 6;
    private const byte FamilyV6 = 10;

    /// <summary>Writes a dump request (struct nlmsghdr, struct inet_diag_req_v2) for TCP sockets in some states.</summary>
    internal static void WriteRequest(Span<byte> request, byte family, uint stateMask, uint sequence)
    {
        request.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(request, RequestBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(request[4..], ByFamilyType);
        BinaryPrimitives.WriteUInt16LittleEndian(request[6..], RequestFlag | DumpFlags);
        BinaryPrimitives.WriteUInt32LittleEndian(request[8..], sequence);
        request[HeaderBytes] = family;
        request[HeaderBytes + 1] = TcpProtocol;
        BinaryPrimitives.WriteUInt32LittleEndian(request[(HeaderBytes + 4)..], stateMask);
    }

    /// <summary>
    /// Reads the messages of one datagram; null as long as more datagrams follow. Interruption is kept in <paramref name="isInterrupted"/>, because
    /// the kernel may mark any of the datagrams.
    /// </summary>
    internal static DiagResult? Read(
        ReadOnlySpan<byte> datagram, uint sequence, int maxSockets, List<DiagSocket> sockets, ref bool isInterrupted)
    {
        while (datagram.Length >= HeaderBytes)
        {
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(datagram);
            if (length < HeaderBytes || length > datagram.Length)
                return new DiagResult(DiagStatus.Malformed);
            ReadOnlySpan<byte> message = datagram[..(int)length];
            datagram = datagram[Math.Min(datagram.Length, Align((int)length))..];
            if (BinaryPrimitives.ReadUInt32LittleEndian(message[8..]) != sequence)
                continue;

            isInterrupted |= (BinaryPrimitives.ReadUInt16LittleEndian(message[6..]) & InterruptedFlag) != 0;
            ReadOnlySpan<byte> payload = message[HeaderBytes..];
            DiagSocket socket = default;
            switch (BinaryPrimitives.ReadUInt16LittleEndian(message[4..]))
            {
                case DoneType or ErrorType:
                    return End(payload, isInterrupted);
                case ByFamilyType when !TryReadRow(payload, out socket):
                    return new DiagResult(DiagStatus.Malformed);
                case ByFamilyType when sockets.Count >= maxSockets:
                    return new DiagResult(DiagStatus.Truncated);
                case ByFamilyType:
                    sockets.Add(socket);
                    break;
            }
        }

        return null;
    }

    // struct inet_diag_msg: family, state, timer, retrans; ports, addresses, interface, cookie; expires, queues, uid, inode.
    internal static bool TryReadRow(ReadOnlySpan<byte> row, out DiagSocket socket)
    {
        socket = default;
        if (row.Length < RowBytes)
            return false;
        bool isV6 = row[0] == FamilyV6;
        socket = new DiagSocket(
            Cookie: BinaryPrimitives.ReadUInt64LittleEndian(row[44..]),
            State: row[1],
            LocalAddress: DiagAddress.Read(row[8..], isV6),
            RemoteAddress: DiagAddress.Read(row[24..], isV6),
            LocalPort: BinaryPrimitives.ReadUInt16BigEndian(row[4..]),
            RemotePort: BinaryPrimitives.ReadUInt16BigEndian(row[6..]),
            InterfaceIndex: BinaryPrimitives.ReadUInt32LittleEndian(row[40..]),
            ReceiveQueue: BinaryPrimitives.ReadUInt32LittleEndian(row[56..]),
            SendQueue: BinaryPrimitives.ReadUInt32LittleEndian(row[60..]),
            Uid: BinaryPrimitives.ReadUInt32LittleEndian(row[64..]),
            Inode: BinaryPrimitives.ReadUInt32LittleEndian(row[68..]),
            CgroupId: FindCgroupId(row[RowBytes..]));
        return true;
    }

    private static DiagResult End(ReadOnlySpan<byte> payload, bool isInterrupted)
    {
        // Both kinds carry a negative errno; zero in an error message is an acknowledgement, which a dump does not ask for.
        int error = payload.Length >= 4 ? BinaryPrimitives.ReadInt32LittleEndian(payload) : 0;
        if (error != 0)
            return new DiagResult(DiagStatus.Failed, unchecked(-error));
        return new DiagResult(isInterrupted ? DiagStatus.Interrupted : DiagStatus.Ok);
    }

    private static ulong FindCgroupId(ReadOnlySpan<byte> attributes)
    {
        while (attributes.Length >= AttributeHeaderBytes)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(attributes);
            if (length < AttributeHeaderBytes || length > attributes.Length)
                return 0;
            if (BinaryPrimitives.ReadUInt16LittleEndian(attributes[2..]) == CgroupIdAttribute && length >= AttributeHeaderBytes + sizeof(ulong))
                return BinaryPrimitives.ReadUInt64LittleEndian(attributes[AttributeHeaderBytes..]);
            attributes = attributes[Math.Min(attributes.Length, Align(length))..];
        }

        return 0;
    }

    private static int Align(int length) => (length + 3) & ~3;
}
