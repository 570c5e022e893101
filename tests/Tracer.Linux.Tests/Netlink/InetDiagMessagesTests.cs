// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using Tracer.Linux.Netlink;
using Xunit;

namespace Tracer.Linux.Tests.Netlink;

public sealed class InetDiagMessagesTests
{
    private const uint Sequence = 7;
    private const ushort Error = 2;
    private const ushort Done = 3;
    private const ushort ByFamily = 20;

    [Fact]
    public void Row_and_its_cgroup_are_read()
    {
        (DiagResult? result, List<DiagSocket> sockets) = Read([.. Message(ByFamily, Row()), .. Message(Done, new byte[4])]);

        Assert.Equal(new DiagResult(DiagStatus.Ok), result);
        DiagSocket socket = Assert.Single(sockets);
        Assert.Equal(("10.1.2.3", 443, 8, 0x1122334455667788UL, 77UL), (
            socket.LocalAddress.ToIPAddress().ToString(), socket.LocalPort, socket.State, socket.Cookie, socket.CgroupId));
    }

    [Fact]
    public void More_datagrams_are_awaited_until_the_end_is_told() => Assert.Null(Read(Message(ByFamily, Row())).Result);

    [Fact]
    public void Refusal_keeps_its_errno()
    {
        byte[] payload = new byte[20];
        BinaryPrimitives.WriteInt32LittleEndian(payload, -1);

        Assert.Equal(new DiagResult(DiagStatus.Failed, 1), Read(Message(Error, payload)).Result);
        Assert.Equal(new DiagResult(DiagStatus.Failed, 1), Read(Message(Done, payload)).Result);
    }

    [Fact]
    public void Interrupted_dump_says_so_whichever_message_is_marked() => Assert.Equal(
        new DiagResult(DiagStatus.Interrupted),
        Read([.. Message(ByFamily, Row(), flags: 0x12), .. Message(Done, new byte[4])]).Result);

    [Fact]
    public void Answer_to_another_question_is_passed_over()
    {
        (DiagResult? result, List<DiagSocket> sockets) = Read([.. Message(ByFamily, Row(), sequence: 6), .. Message(Done, new byte[4], sequence: 6)]);

        Assert.Null(result);
        Assert.Empty(sockets);
    }

    [Theory]
    [InlineData(15u)]
    [InlineData(0u)]
    [InlineData(10_000u)]
    [InlineData(uint.MaxValue)]
    public void Wrong_length_is_malformed(uint length)
    {
        byte[] message = Message(ByFamily, Row());
        BinaryPrimitives.WriteUInt32LittleEndian(message, length);

        Assert.Equal(new DiagResult(DiagStatus.Malformed), Read(message).Result);
    }

    [Fact]
    public void Short_row_is_malformed() => Assert.Equal(new DiagResult(DiagStatus.Malformed), Read(Message(ByFamily, new byte[71])).Result);

    [Fact]
    public void Mutated_datagrams_never_throw_and_never_loop()
    {
        byte[] original = [.. Message(ByFamily, Row()), .. Message(ByFamily, Row()), .. Message(Done, new byte[4])];
        var random = new Random(11);
        for (int i = 0; i < 100_000; i++)
        {
            byte[] datagram = original[..random.Next(original.Length + 1)];
            for (int flips = random.Next(6); flips > 0 && datagram.Length > 0; flips--)
                datagram[random.Next(datagram.Length)] = (byte)random.Next(256);
            Assert.InRange(Read(datagram).Sockets.Count, 0, 2);
        }
    }

    private static (DiagResult? Result, List<DiagSocket> Sockets) Read(byte[] datagram)
    {
        var sockets = new List<DiagSocket>();
        bool isInterrupted = false;
        return (InetDiagMessages.Read(datagram, Sequence, 100, sockets, ref isInterrupted), sockets);
    }

    private static byte[] Message(ushort type, byte[] payload, ushort flags = 2, uint sequence = Sequence)
    {
        var message = new byte[(16 + payload.Length + 3) & ~3];
        BinaryPrimitives.WriteUInt32LittleEndian(message, (uint)(16 + payload.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(4), type);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(6), flags);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(8), sequence);
        payload.CopyTo(message, 16);
        return message;
    }

    private static byte[] Row()
    {
        // The 72 bytes of struct inet_diag_msg, a one-byte attribute with its padding, then INET_DIAG_CGROUP_ID.
        var row = new byte[72 + 8 + 12];
        row[0] = 2;
        row[1] = 8;
        BinaryPrimitives.WriteUInt16BigEndian(row.AsSpan(4), 443);
        new byte[] { 10, 1, 2, 3 }.CopyTo(row, 8);
        BinaryPrimitives.WriteUInt64LittleEndian(row.AsSpan(44), 0x1122334455667788);
        BinaryPrimitives.WriteUInt16LittleEndian(row.AsSpan(72), 5);
        BinaryPrimitives.WriteUInt16LittleEndian(row.AsSpan(74), 8);
        BinaryPrimitives.WriteUInt16LittleEndian(row.AsSpan(80), 12);
        BinaryPrimitives.WriteUInt16LittleEndian(row.AsSpan(82), 21);
        BinaryPrimitives.WriteUInt64LittleEndian(row.AsSpan(84), 77);
        return row;
    }
}
