// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Java;

/// <summary>
/// Offsets of a compiled method's debug information, from the begin of its blob. Up to 21 everything lies in the blob: metadata, scopes, pc
/// descriptors, dependencies. In 25 scopes and descriptors are in a block of their own, and the metadata behind the relocations in another.
/// </summary>
internal sealed class ScopeLayout
{
    private ScopeLayout(LayoutFinder find)
    {
        ScopesBegin = find.Optional("CompiledMethod::_scopes_data_begin", "nmethod::_scopes_data_begin");
        ScopesOffset = find.Optional("nmethod::_scopes_data_offset");
        DescriptorsOffset = find.Field("nmethod::_scopes_pcs_offset");
        DescriptorsEndOffset = find.Optional("nmethod::_dependencies_offset");
        MetadataOffset = find.Optional("nmethod::_metadata_offset");
        Immutable = find.Optional("nmethod::_immutable_data");
        ImmutableBytes = find.Optional("nmethod::_immutable_data_size");
        Mutable = find.Optional("CodeBlob::_mutable_data");
        RelocationBytes = find.Optional("CodeBlob::_relocation_size");
        PcOffset = find.Field("PcDesc::_pc_offset");
        ScopeOffset = find.Field("PcDesc::_scope_decode_offset");
        DescriptorBytes = find.Size("PcDesc");
    }

    internal VmField? ScopesBegin { get; }

    internal VmField? ScopesOffset { get; }

    internal VmField DescriptorsOffset { get; }

    internal VmField? DescriptorsEndOffset { get; }

    internal VmField? MetadataOffset { get; }

    internal VmField? Immutable { get; }

    internal VmField? ImmutableBytes { get; }

    internal VmField? Mutable { get; }

    internal VmField? RelocationBytes { get; }

    internal VmField PcOffset { get; }

    internal VmField ScopeOffset { get; }

    internal int DescriptorBytes { get; }

    /// <summary>How much of a blob must be read to have all of these.</summary>
    internal int HeaderBytes
    {
        get
        {
            int end = 0;
            foreach (VmField? part in (ReadOnlySpan<VmField?>)[ScopesBegin, ScopesOffset, DescriptorsOffset, DescriptorsEndOffset,
                MetadataOffset, Immutable, ImmutableBytes, Mutable, RelocationBytes])
                end = Math.Max(end, part?.End ?? 0);
            return end;
        }
    }

    /// <summary>Null when this version keeps its scopes in neither of the two ways.</summary>
    internal static ScopeLayout? Find(VmStructs structs)
    {
        var find = new LayoutFinder(structs);
        var layout = new ScopeLayout(find);
        bool isInBlob = layout is { ScopesBegin: not null, DescriptorsEndOffset: not null, MetadataOffset: not null };
        bool isApart = layout is { ScopesOffset: not null, Immutable: not null, ImmutableBytes: not null, Mutable: not null, RelocationBytes: not null };
        return find.Missing.Length == 0 && (isInBlob || isApart) ? layout : null;
    }

    /// <summary>Finds the parts for one blob, whose own bytes are given.</summary>
    internal ScopeParts PartsOf(ulong blob, ReadOnlySpan<byte> header)
    {
        if (ScopesBegin is { } scopesBegin)
        {
            ulong descriptors = blob + (uint)DescriptorsOffset.ReadInt(header);
            return new ScopeParts(
                descriptors, blob + (uint)DescriptorsEndOffset.GetValueOrDefault().ReadInt(header),
                scopesBegin.Read(header), descriptors, blob + (uint)MetadataOffset.GetValueOrDefault().Read(header), scopesBegin.Read(header));
        }

        ulong immutable = Immutable.GetValueOrDefault().Read(header);
        ulong scopes = unchecked(immutable + (uint)ScopesOffset.GetValueOrDefault().ReadInt(header));
        ulong metadata = unchecked(Mutable.GetValueOrDefault().Read(header) + (uint)RelocationBytes.GetValueOrDefault().ReadInt(header));
        return new ScopeParts(
            unchecked(immutable + (uint)DescriptorsOffset.ReadInt(header)), scopes, scopes,
            unchecked(immutable + (uint)ImmutableBytes.GetValueOrDefault().ReadInt(header)), metadata, ulong.MaxValue);
    }
}
