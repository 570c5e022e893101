// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Tracer.Linux.Interop;

namespace Tracer.Linux.Netlink;

/// <summary>A netlink socket that asks the kernel and waits a bounded time for its answer. For one thread.</summary>
internal sealed unsafe class NetlinkSocket : IDisposable
{
    private const int AF_NETLINK = 16;
    private const int SOCK_RAW = 3;
    private const int SOCK_CLOEXEC = 0x80000;
    private const int SOL_SOCKET = 1;
    private const int SO_RCVTIMEO = 20;
    private const int MSG_TRUNC = 0x20;
    private const int SockaddrBytes = 12;
    private const int PortOffset = 4;

    private readonly NetlinkSocketHandle _socket;

    private NetlinkSocket(NetlinkSocketHandle socket) => _socket = socket;

    /// <summary>Opens a socket in the network namespace of the calling thread.</summary>
    internal static NetlinkSocket Open(int protocol, TimeSpan timeout)
    {
        NetlinkSocketHandle handle = LibCFiles.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
        if (handle.IsInvalid)
        {
            LinuxException refused = LinuxException.FromLastError("open netlink socket");
            handle.Dispose();
            throw refused;
        }

        var socket = new NetlinkSocket(handle);
        // struct timeval and struct timespec have the same layout on 64-bit Linux, but the former counts microseconds.
        var limit = new LinuxTimespec { Seconds = (long)timeout.TotalSeconds, Nanoseconds = timeout.Microseconds + (timeout.Milliseconds * 1000L) };
        if (LibCFiles.setsockopt(handle, SOL_SOCKET, SO_RCVTIMEO, &limit, (uint)sizeof(LinuxTimespec)) == 0)
            return socket;
        LinuxException failed = LinuxException.FromLastError("limit netlink wait");
        socket.Dispose();
        throw failed;
    }

    /// <summary>Sends one request to the kernel; 0 or errno.</summary>
    internal int Send(ReadOnlySpan<byte> request)
    {
        byte* kernel = stackalloc byte[SockaddrBytes];
        new Span<byte>(kernel, SockaddrBytes).Clear();
        *(ushort*)kernel = AF_NETLINK;
        fixed (byte* start = request)
        {
            nint sent = LibCFiles.sendto(_socket, start, request.Length, 0, kernel, SockaddrBytes);
            return sent == request.Length ? 0 : Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>
    /// Receives one datagram of the kernel; its length, or the negative errno. A datagram that does not fit is an error (EMSGSIZE), and one
    /// that another process sent is passed over.
    /// </summary>
    internal int Receive(Span<byte> buffer)
    {
        const int messageTooLong = 90;
        byte* sender = stackalloc byte[SockaddrBytes];
        while (true)
        {
            uint senderBytes = SockaddrBytes;
            nint got;
            fixed (byte* start = buffer)
                got = LibCFiles.recvfrom(_socket, start, buffer.Length, MSG_TRUNC, sender, &senderBytes);
            if (got < 0 && Marshal.GetLastPInvokeError() == LinuxConstants.EINTR)
                continue;
            if (got < 0)
                return -Marshal.GetLastPInvokeError();
            if (got > buffer.Length)
                return -messageTooLong;
            uint port = BinaryPrimitives.ReadUInt32LittleEndian(new ReadOnlySpan<byte>(sender, SockaddrBytes)[PortOffset..]);
            if (senderBytes == SockaddrBytes && port == 0)
                return (int)got;
        }
    }

    public void Dispose() => _socket.Dispose();
}
