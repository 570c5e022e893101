// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Wire;

/// <summary>How <see cref="TcpEvent.Owner"/> is known (enum tcp_owner_source).</summary>
public enum TcpOwnerSource : byte
{
    Unknown = 0,
    Task = 1,
    Recorded = 2,
}
