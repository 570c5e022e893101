// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Java;

/// <summary>Offsets of what is read of the code cache, its heaps, blocks and blobs. All fields of a block are seen from the block's begin.</summary>
internal sealed class CodeCacheLayout
{
    internal CodeCacheLayout(LayoutFinder find)
    {
        Heaps = find.Static("CodeCache::_heaps");
        LowBound = find.Static("CodeCache::_low_bound");
        HighBound = find.Static("CodeCache::_high_bound");
        ArrayLength = find.Field("GrowableArrayBase::_len", "GenericGrowableArray::_len");
        ArrayData = find.Field("GrowableArray<int>::_data");
        VmField low = find.Field("VirtualSpace::_low");
        VmField high = find.Field("VirtualSpace::_high");
        int memory = find.Field("CodeHeap::_memory").Offset;
        int map = find.Field("CodeHeap::_segmap").Offset;
        (MemoryLow, MemoryHigh, MapLow, MapHigh) = (low.Inside(memory), high.Inside(memory), low.Inside(map), high.Inside(map));
        SegmentSizeLog2 = find.Field("CodeHeap::_log2_segment_size");
        HeapBytes = find.Size("CodeHeap");

        int header = find.Field("HeapBlock::_header").Offset;
        BlockLength = find.Field("HeapBlock::Header::_length").Inside(header);
        BlockUsed = find.Field("HeapBlock::Header::_used").Inside(header);
        BlobOffset = find.Size("HeapBlock");
        Name = find.Field("CodeBlob::_name").Inside(BlobOffset);
        FrameSize = find.Field("CodeBlob::_frame_size").Inside(BlobOffset);
        // Pointers up to 21; later offsets from the blob's begin.
        CodeBegin = find.Optional("CodeBlob::_code_begin")?.Inside(BlobOffset);
        CodeEnd = find.Optional("CodeBlob::_code_end")?.Inside(BlobOffset);
        CodeOffset = find.Optional("CodeBlob::_code_offset")?.Inside(BlobOffset);
        DataOffset = find.Field("CodeBlob::_data_offset").Inside(BlobOffset);
        if (CodeBegin is null || CodeEnd is null)
            find.Field("CodeBlob::_code_offset");
        Method = find.Field("CompiledMethod::_method", "nmethod::_method").Inside(BlobOffset);
        CompileId = find.Field("nmethod::_compile_id").Inside(BlobOffset);
    }

    internal ulong Heaps { get; }

    internal ulong LowBound { get; }

    internal ulong HighBound { get; }

    internal VmField ArrayLength { get; }

    internal VmField ArrayData { get; }

    internal VmField MemoryLow { get; }

    internal VmField MemoryHigh { get; }

    internal VmField MapLow { get; }

    internal VmField MapHigh { get; }

    internal VmField SegmentSizeLog2 { get; }

    internal int HeapBytes { get; }

    internal VmField BlockLength { get; }

    internal VmField BlockUsed { get; }

    /// <summary>From the begin of a block to the blob in it.</summary>
    internal int BlobOffset { get; }

    internal VmField Name { get; }

    internal VmField FrameSize { get; }

    internal VmField? CodeBegin { get; }

    internal VmField? CodeEnd { get; }

    internal VmField? CodeOffset { get; }

    internal VmField DataOffset { get; }

    internal VmField Method { get; }

    internal VmField CompileId { get; }

    /// <summary>How much of a block must be read to have all of these.</summary>
    internal int HeaderBytes
    {
        get
        {
            int end = Math.Max(BlockLength.End, BlockUsed.End);
            foreach (VmField? part in (ReadOnlySpan<VmField?>)[Name, FrameSize, CodeBegin, CodeEnd, CodeOffset, DataOffset, Method, CompileId])
                end = Math.Max(end, part?.End ?? 0);
            return end;
        }
    }
}
