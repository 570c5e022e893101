// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux;

namespace Tracer.Stacks.Java;

/// <summary>
/// Reads the code cache while the machine goes on changing it. A heap is a row of blocks, each a whole number of segments long; the segment map
/// has a zero where a block begins. What does not fit together is left out, and the walk goes on at the next begin that the map knows.
/// </summary>
internal sealed class CodeCacheReader(VmMemory memory, CodeCacheLayout layout)
{
    private const int MaxHeaps = 8;
    private const int MaxBlobs = 262_144;
    private const int MaxSegments = 16 * 1024 * 1024;
    private const int MaxNames = 4096;
    private const int MaxNameBytes = 128;
    private const ulong MaxCacheBytes = 4ul << 30;
    private const byte BlockBegin = 0;

    // Several blobs with one read: a system call costs as much as some 10 KB of copying.
    private const int WindowBytes = 64 * 1024;

    // Bounds of one reading: heaps of a hostile process may overlap, and hold nothing but begins.
    private const int MaxWindows = 32 * 1024;
    private const int MaxBlocks = 1024 * 1024;

    private readonly Dictionary<ulong, (string Text, CodeBlobKind Kind)> _names = [];
    private readonly byte[] _header = new byte[layout.HeaderBytes];
    private readonly byte[] _window = new byte[WindowBytes];
    private ulong _windowBegin;
    private int _windowLength;
    private ulong _segmentsLeft;
    private int _windowsLeft;
    private int _blocksLeft;

    /// <summary>All blobs there are now; empty while the machine is starting.</summary>
    internal CodeIndex Read()
    {
        _names.Clear();
        _windowLength = 0;
        if (!memory.TryReadPointer(layout.LowBound, out ulong low) || !memory.TryReadPointer(layout.HighBound, out ulong high)
            || high <= low || high - low > MaxCacheBytes || !memory.TryReadPointer(layout.Heaps, out ulong heaps))
            return CodeIndex.Empty;
        Span<byte> array = stackalloc byte[256];
        if (memory.ReadSome(heaps, array) < Math.Max(layout.ArrayLength.End, layout.ArrayData.End))
            return CodeIndex.Empty;

        var blobs = new List<CodeBlob>();
        (_segmentsLeft, _windowsLeft, _blocksLeft) = (MaxSegments, MaxWindows, MaxBlocks);
        int count = Math.Clamp(layout.ArrayLength.ReadInt(array), 0, MaxHeaps);
        ulong data = layout.ArrayData.Read(array);
        for (int i = 0; i < count; i++)
        {
            if (memory.TryReadPointer(unchecked(data + ((ulong)i * sizeof(ulong))), out ulong heap))
                ReadHeap(heap, low, high, blobs);
        }

        return new CodeIndex(low, high, blobs);
    }

    /// <summary>What is now where a blob was.</summary>
    internal bool TryReadAgain(in CodeBlob known, out CodeBlob blob)
    {
        blob = default;
        ulong block = known.Begin - (ulong)layout.BlobOffset;
        return memory.TryRead(block, _header) && IsUsed() && TryParse(block, known.NextBegin - (ulong)layout.BlobOffset, out blob);
    }

    /// <summary>The name of a blob.</summary>
    internal string NameOf(in CodeBlob blob) => Classify(blob.Name).Text;

    private void ReadHeap(ulong heap, ulong low, ulong high, List<CodeBlob> blobs)
    {
        var fields = new byte[layout.HeapBytes];
        if (!memory.TryRead(heap, fields))
            return;
        ulong begin = layout.MemoryLow.Read(fields);
        ulong end = layout.MemoryHigh.Read(fields);
        ulong mapBegin = layout.MapLow.Read(fields);
        int shift = layout.SegmentSizeLog2.ReadInt(fields);
        if (begin < low || end > high || end <= begin || shift is < 4 or > 16 || layout.MapHigh.Read(fields) < mapBegin)
            return;
        ulong segments = Math.Min((end - begin) >> shift, Math.Min(layout.MapHigh.Read(fields) - mapBegin, _segmentsLeft));
        _segmentsLeft -= segments;
        var map = new byte[segments];
        ReadBlocks(begin, shift, map.AsSpan(0, memory.ReadSome(mapBegin, map)), blobs);
    }

    private void ReadBlocks(ulong begin, int shift, ReadOnlySpan<byte> map, List<CodeBlob> blobs)
    {
        int at = 0;
        while (at < map.Length && blobs.Count < MaxBlobs && _blocksLeft-- > 0)
        {
            if (map[at] != BlockBegin)
            {
                int next = map[at..].IndexOf(BlockBegin);
                if (next < 0)
                    return;
                at += next;
            }

            ulong block = begin + ((ulong)at << shift);
            // Only behind the last block there is no memory.
            if (!TryReadHeader(block))
                return;
            ulong length = layout.BlockLength.Read(_header);
            bool isWhole = length > 0 && length <= (ulong)(map.Length - at);
            if (isWhole && IsUsed() && TryParse(block, block + (length << shift), out CodeBlob blob))
                blobs.Add(blob);
            at += isWhole ? (int)length : 1;
        }
    }

    private bool TryReadHeader(ulong block)
    {
        ulong offset = unchecked(block - _windowBegin);
        if (offset + (ulong)_header.Length > (ulong)_windowLength || block < _windowBegin)
        {
            _windowLength = _windowsLeft-- > 0 ? memory.ReadSome(block, _window) : 0;
            (_windowBegin, offset) = (block, 0);
        }

        if (_windowLength - (int)offset < _header.Length)
            return false;
        _window.AsSpan((int)offset, _header.Length).CopyTo(_header);
        return true;
    }

    private bool IsUsed() => layout.BlockUsed.Read(_header) != 0;

    // A blob is written field by field after its block was taken: whatever is not inside the block is not ready.
    private bool TryParse(ulong block, ulong limit, out CodeBlob blob)
    {
        blob = default;
        ulong begin = block + (ulong)layout.BlobOffset;
        ulong codeBegin = layout.CodeBegin is { } pointer ? pointer.Read(_header) : begin + (uint)layout.CodeOffset.GetValueOrDefault().ReadInt(_header);
        ulong codeEnd = layout.CodeEnd is { } last ? last.Read(_header) : begin + (uint)layout.DataOffset.ReadInt(_header);
        if (codeBegin <= begin || codeEnd <= codeBegin || codeEnd > limit)
            return false;
        ulong name = layout.Name.Read(_header);
        (string text, CodeBlobKind kind) = Classify(name);
        if (text.Length == 0)
            return false;
        ulong next = limit + (ulong)layout.BlobOffset;
        bool isMethod = kind == CodeBlobKind.Method;
        blob = new CodeBlob(
            begin, next, codeBegin, codeEnd, Math.Max(0, layout.FrameSize.ReadInt(_header)), kind, name,
            isMethod ? layout.Method.Read(_header) : 0, isMethod ? layout.CompileId.ReadInt(_header) : 0);
        return true;
    }

    private (string Text, CodeBlobKind Kind) Classify(ulong name)
    {
        if (_names.TryGetValue(name, out (string Text, CodeBlobKind Kind) known))
            return known;
        if (_names.Count >= MaxNames)
            return ("", CodeBlobKind.Stub);
        Span<byte> bytes = stackalloc byte[MaxNameBytes];
        int end = name == 0 ? 0 : bytes[..memory.ReadSome(name, bytes)].IndexOf((byte)0);
        string text = end <= 0 ? "" : ControlText.Sanitize(bytes[..end]);
        known = (text, text switch
        {
            "nmethod" or "native nmethod" => CodeBlobKind.Method,
            "Interpreter" => CodeBlobKind.Interpreter,
            _ => CodeBlobKind.Stub,
        });
        _names.Add(name, known);
        return known;
    }
}
