// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux.Netlink;

/// <summary>
/// Lists TCP sockets through NETLINK_SOCK_DIAG: what remains for a snapshot where BPF iterators are refused. It shows the network namespace of
/// the calling thread only (<see cref="NetworkNamespace"/> runs it in another one), and sockets that move between hash buckets meanwhile can be missed.
/// </summary>
public static class SockDiag
{
    /// <summary>Asks for every state.</summary>
    public const uint AllStates = 0xffff_ffff;

    private const int NETLINK_SOCK_DIAG = 4;
    private const byte FamilyV4 = 2;
    private const byte FamilyV6 = 10;

    // The kernel fills at most 32 KiB per datagram for a reader that offers as much.
    private const int BufferBytes = 64 * 1024;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <summary>The bit of a kernel state number in a state mask.</summary>
    public static uint MaskOf(byte state) => 1u << state;

    /// <summary>
    /// Adds the TCP sockets in the given states to a list until the list has <paramref name="maxSockets"/>. The list holds what came before, however it ended.
    /// </summary>
    public static DiagResult DumpTcp(uint stateMask, int maxSockets, List<DiagSocket> sockets)
    {
        DiagResult v4 = Dump(FamilyV4, stateMask, maxSockets, sockets);
        if (v4.Status is not (DiagStatus.Ok or DiagStatus.Interrupted))
            return v4;
        DiagResult v6 = Dump(FamilyV6, stateMask, maxSockets, sockets);
        return v6.Status == DiagStatus.Ok ? v4 : v6;
    }

    private static DiagResult Dump(byte family, uint stateMask, int maxSockets, List<DiagSocket> sockets)
    {
        // A fresh socket per dump: one that was left half-way refuses the next with EBUSY.
        using NetlinkSocket netlink = NetlinkSocket.Open(NETLINK_SOCK_DIAG, Timeout);
        const uint sequence = 1;
        Span<byte> request = stackalloc byte[InetDiagMessages.RequestBytes];
        InetDiagMessages.WriteRequest(request, family, stateMask, sequence);
        int errno = netlink.Send(request);
        if (errno != 0)
            return new DiagResult(DiagStatus.Failed, errno);

        var buffer = new byte[BufferBytes];
        bool isInterrupted = false;
        while (true)
        {
            int length = netlink.Receive(buffer);
            if (length <= 0)
                return new DiagResult(DiagStatus.Failed, -length);
            if (InetDiagMessages.Read(buffer.AsSpan(0, length), sequence, maxSockets, sockets, ref isInterrupted) is { } result)
                return result;
        }
    }
}
