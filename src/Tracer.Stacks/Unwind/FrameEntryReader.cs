// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Stacks.Unwind;

/// <summary>Walks .eh_frame once and collects the entries of functions that lie in the file's code.</summary>
internal sealed class FrameEntryReader(FrameSection section, CodeSegments code)
{
    private const int MaxFunctions = 1024 * 1024;
    private const int MaxShared = 64 * 1024;
    private const uint ExtendedLength = 0xffffffff;

    private readonly Dictionary<int, SharedFrameEntry?> _shared = [];

    internal List<FunctionFrameEntry> Functions { get; } = [];

    /// <summary>The CIE that a function entry names.</summary>
    internal SharedFrameEntry SharedOf(in FunctionFrameEntry function) => _shared[function.Shared]!;

    internal UnwindTableStatus Read()
    {
        byte[] bytes = section.Bytes;
        var cursor = new ByteCursor(bytes, 0, bytes.Length);
        for (int entryStart = 0; TryReadLength(ref cursor, out ulong length); entryStart = cursor.Position)
        {
            // A terminator: linkers put one at the end, and one in the middle when an input file had it.
            if (length == 0)
            {
                if (section.HasKnownSize)
                    continue;
                break;
            }

            int start = cursor.Position;
            cursor.Skip(length);
            if (cursor.IsBroken)
                break;
            if (Functions.Count == MaxFunctions || _shared.Count == MaxShared)
                return UnwindTableStatus.TooLarge;
            ReadEntry(entryStart, start, cursor.Position);
        }

        CollectionsMarshal.AsSpan(Functions).Sort();
        return UnwindTableStatus.Ok;
    }

    private static bool TryReadLength(ref ByteCursor cursor, out ulong length)
    {
        length = cursor.Read<uint>();
        if (length == ExtendedLength)
            length = cursor.Read<ulong>();
        return !cursor.IsBroken;
    }

    // The id is 0 in a CIE; in an FDE it is the distance back to its CIE, which the walk has therefore passed.
    private void ReadEntry(int entryStart, int start, int end)
    {
        var cursor = new ByteCursor(section.Bytes, start, end);
        uint id = cursor.Read<uint>();
        if (cursor.IsBroken)
            return;
        if (id == 0)
            _shared.Add(entryStart, SharedFrameEntry.Read(cursor, end));
        else if (id <= (uint)start && _shared.TryGetValue(start - (int)id, out SharedFrameEntry? shared) && shared is not null)
            ReadFunction(ref cursor, start - (int)id, shared, end);
    }

    private void ReadFunction(ref ByteCursor cursor, int sharedPosition, SharedFrameEntry shared, int end)
    {
        if (!PointerEncoding.TryRead(ref cursor, shared.PointerEncoding, section.Address, out ulong address)
            || !PointerEncoding.TryReadValue(ref cursor, shared.PointerEncoding, out ulong size))
            return;
        if (shared.HasAugmentationLength)
            cursor.Skip(cursor.ReadUnsigned());
        // Functions that the linker dropped stay in some files with the address 0.
        if (!cursor.IsBroken && code.TryLocate(address, size, out uint fileOffset, out uint available))
            Functions.Add(new FunctionFrameEntry(fileOffset, available, address, sharedPosition, cursor.Position, end));
    }
}
