// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Findings.Origins;

/// <summary>All numbers that decide where a socket comes from: sockets with equal ones have the same <see cref="OriginSite"/>, without looking up a name.</summary>
internal readonly record struct OriginKey(
    ProcessKey Owner, ulong StackId, ulong ListenerCookie, uint Netns, ushort ListenerPort, TcpOrigin Kind, TcpDirection Direction)
{
    // The rest follows from these, as good as always.
    public override int GetHashCode() => HashCode.Combine(Owner.StartBoottimeNs, StackId, ListenerCookie);
}
