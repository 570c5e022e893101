// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Incidents;

/// <summary>What the workers of the shop do with their connections.</summary>
internal enum ShopKind
{
    /// <summary>pfsockopen() keeps them for the next request; there is none.</summary>
    KeepsStreams,

    /// <summary>A curl handle keeps them while its request does other things.</summary>
    KeepsHandles,

    /// <summary>They close them.</summary>
    Closes,
}
