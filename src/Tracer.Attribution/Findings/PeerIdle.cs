// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Findings;

/// <summary>One peer of the sockets of a finding; port 0: inbound, every client has its own.</summary>
public sealed record PeerIdle(WireAddress Address, byte Family, ushort Port, ulong Sockets, IdlePlateau Idle);
