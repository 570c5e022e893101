// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Wire;

/// <summary>How the origin of a socket is known (enum tcp_origin).</summary>
public enum TcpOrigin : uint
{
    Unknown = 0,
    Connect = 1,
    Accept = 2,
    Adopted = 3,
    Queued = 4,
    Listen = 5,
    Existed = 6,
}
