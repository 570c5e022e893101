// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux.Netlink;

/// <summary>A TCP socket as sock_diag describes it.</summary>
/// <param name="Cookie">The same cookie that BPF sees.</param>
/// <param name="State">Kernel state number: 1 ESTABLISHED ... 8 CLOSE_WAIT, 10 LISTEN.</param>
/// <param name="LocalAddress">Local address.</param>
/// <param name="RemoteAddress">Remote address.</param>
/// <param name="LocalPort">Host byte order.</param>
/// <param name="RemotePort">Host byte order.</param>
/// <param name="InterfaceIndex">Bound interface; 0: none.</param>
/// <param name="ReceiveQueue">Bytes unread; of a listener the connections that wait to be accepted.</param>
/// <param name="SendQueue">Bytes not acknowledged; of a listener the most connections that may wait.</param>
/// <param name="Uid">Owner of the socket inode, in the user namespace of the reader.</param>
/// <param name="Inode">Inode as in /proc/PID/fd; 0 while no process has accepted it or after all closed it.</param>
/// <param name="CgroupId">Cgroup v2 of the socket (5.9+); 0: not known.</param>
public readonly record struct DiagSocket(
    ulong Cookie,
    byte State,
    DiagAddress LocalAddress,
    DiagAddress RemoteAddress,
    ushort LocalPort,
    ushort RemotePort,
    uint InterfaceIndex,
    uint ReceiveQueue,
    uint SendQueue,
    uint Uid,
    uint Inode,
    ulong CgroupId);
