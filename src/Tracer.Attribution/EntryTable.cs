// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution;

/// <summary>
/// Entries in chunks that never move, found by key, reused through a free list: nothing is allocated for a socket once as many were there
/// before.
/// </summary>
internal sealed class EntryTable
{
    private const int ChunkBits = 6; // 64 entries of about 700 bytes stay below the large object heap

    private readonly Dictionary<SocketKey, int> _slots = [];
    private readonly List<LedgerEntry[]> _chunks = [];
    private readonly Stack<int> _free = new();

    /// <summary>Slots are below this number; unused ones among them say so.</summary>
    public int End { get; private set; }

    public ref LedgerEntry this[int slot] => ref _chunks[slot >> ChunkBits][slot & ((1 << ChunkBits) - 1)];

    public bool TryFind(SocketKey key, out int slot) => _slots.TryGetValue(key, out slot);

    public int Add(SocketKey key)
    {
        if (!_free.TryPop(out int slot))
        {
            slot = End++;
            if (slot >> ChunkBits == _chunks.Count)
                _chunks.Add(new LedgerEntry[1 << ChunkBits]);
        }
        _slots.Add(key, slot);
        ref LedgerEntry entry = ref this[slot];
        entry.IsUsed = true;
        entry.Socket.Key = key;
        entry.Socket.Holders = [];
        return slot;
    }

    public void Remove(int slot)
    {
        ref LedgerEntry entry = ref this[slot];
        _slots.Remove(entry.Socket.Key);
        entry = default;
        _free.Push(slot);
    }
}
