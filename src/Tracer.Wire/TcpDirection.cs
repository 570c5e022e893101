// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Wire;

/// <summary>Who opened the connection (enum tcp_direction).</summary>
public enum TcpDirection : byte
{
    Unknown = 0,
    Inbound = 1,
    Outbound = 2,
    Listen = 3,
}
