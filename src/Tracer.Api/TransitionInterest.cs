// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Api;

/// <summary>
/// The state changes one watcher wants, as far as the kernel can tell them apart. Every list must match and an empty one matches
/// everything; what passes may still be refused by the watcher's own filter.
/// </summary>
/// <param name="StateMask">Bit N: the new state N; never 0.</param>
public sealed record TransitionInterest(
    uint StateMask,
    IReadOnlyList<uint> Pids,
    IReadOnlyList<ushort> LocalPorts,
    IReadOnlyList<ushort> RemotePorts,
    IReadOnlyList<ushort> AnyPorts,
    IReadOnlyList<uint> Netns,
    IReadOnlyList<byte> Families,
    IReadOnlyList<string> Cgroups)
{
    /// <summary>Bits of all TCP states, 1 to 12.</summary>
    public const uint AllStates = 0x1ffe;
}
