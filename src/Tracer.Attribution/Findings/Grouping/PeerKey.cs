// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Findings.Grouping;

/// <summary>The other end of connections; port 0: every connection has its own.</summary>
internal readonly record struct PeerKey(WireAddress Address, byte Family, ushort Port);
