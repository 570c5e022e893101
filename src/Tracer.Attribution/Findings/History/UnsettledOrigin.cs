// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution.Findings.Origins;

namespace Tracer.Attribution.Findings.History;

/// <summary>The tally of an origin whose names are not known yet. They come later than the first sockets end: then it joins that of its site.</summary>
internal sealed class UnsettledOrigin(OriginKey origin, in TrackedSocket socket)
{
    private readonly TrackedSocket _socket = socket;

    public OriginKey Origin { get; } = origin;

    public CloseTally Tally { get; } = new();

    public OriginSite Resolve(OriginNames names) => names.Resolve(in _socket);
}
