// SPDX-License-Identifier: Apache-2.0
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Tracer.Api.Hosting;

/// <summary>Who made the other end of a unix socket, as the kernel noted it at connect() or listen().</summary>
internal sealed record PeerCredentials(uint Uid, uint Gid, IReadOnlyList<uint> Groups)
{
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;
    private const int SoPeerGroups = 59;
    private const int RangeError = 34; // ERANGE: there are more
    private const int UsualGroups = 64;
    private const int MaxGroups = 65_536; // NGROUPS_MAX

    public static PeerCredentials Read(Socket socket)
    {
        // struct ucred: pid, uid, gid. The pid may be another process by now and decides nothing.
        Span<uint> ucred = stackalloc uint[3];
        socket.GetRawSocketOption(SolSocket, SoPeerCred, MemoryMarshal.AsBytes(ucred));
        return new PeerCredentials(ucred[1], ucred[2], ReadGroups(socket));
    }

    public bool IsIn(uint group) => Gid == group || Groups.Contains(group);

    private static uint[] ReadGroups(Socket socket)
    {
        try
        {
            return ReadGroups(socket, UsualGroups);
        }
        catch (SocketException exception) when (exception.NativeErrorCode == RangeError)
        {
            return ReadGroups(socket, MaxGroups);
        }
    }

    private static uint[] ReadGroups(Socket socket, int capacity)
    {
        uint[] groups = new uint[capacity];
        int bytes = socket.GetRawSocketOption(SolSocket, SoPeerGroups, MemoryMarshal.AsBytes(groups.AsSpan()));
        return groups[..(bytes / sizeof(uint))];
    }
}
