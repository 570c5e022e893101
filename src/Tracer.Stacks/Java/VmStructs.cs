// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Java;

/// <summary>What HotSpot says of its own structures in its tables for debuggers (gHotSpotVM...): field offsets, static fields, sizes.</summary>
internal sealed class VmStructs
{
    /// <summary>Offsets of fields by "Type::field".</summary>
    internal Dictionary<string, VmField> Fields { get; } = [];

    /// <summary>Addresses of static fields by "Type::field".</summary>
    internal Dictionary<string, ulong> Statics { get; } = [];

    internal Dictionary<string, int> Sizes { get; } = [];

    internal Dictionary<string, ulong> Constants { get; } = [];
}
