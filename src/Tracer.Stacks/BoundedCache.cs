// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics.CodeAnalysis;

namespace Tracer.Stacks;

/// <summary>
/// Keeps what was used last, within a bound on the sum of weights and one on the number; what falls out is disposed. For one thread.
/// </summary>
internal sealed class BoundedCache<TKey, TValue>(long maxWeight, int maxCount)
    where TKey : notnull
    where TValue : class
{
    private readonly Dictionary<TKey, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = new();

    internal int Count => _entries.Count;

    internal long Weight { get; private set; }

    /// <summary>How many were dropped at the bound.</summary>
    internal ulong Evictions { get; private set; }

    internal bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (!_entries.TryGetValue(key, out LinkedListNode<Entry>? node))
        {
            value = default;
            return false;
        }

        _byUse.Remove(node);
        _byUse.AddFirst(node);
        value = node.Value.Value;
        return true;
    }

    /// <summary>Adds or replaces; the newest stays even when it alone is beyond the bound, or nothing large could ever be used.</summary>
    internal void Set(TKey key, TValue value, long weight)
    {
        if (_entries.Remove(key, out LinkedListNode<Entry>? old))
            Drop(old, isReplaced: ReferenceEquals(old.Value.Value, value));
        _entries[key] = _byUse.AddFirst(new Entry(key, value, weight));
        Weight += weight;
        while (_byUse.Count > 1 && (Weight > maxWeight || _byUse.Count > maxCount))
        {
            LinkedListNode<Entry> last = _byUse.Last!;
            _entries.Remove(last.Value.Key);
            Drop(last, isReplaced: false);
            Evictions++;
        }
    }

    internal void Clear()
    {
        while (_byUse.First is { } first)
            Drop(first, isReplaced: false);
        _entries.Clear();
    }

    private void Drop(LinkedListNode<Entry> node, bool isReplaced)
    {
        _byUse.Remove(node);
        Weight -= node.Value.Weight;
        if (!isReplaced)
            (node.Value.Value as IDisposable)?.Dispose();
    }

    private readonly record struct Entry(TKey Key, TValue Value, long Weight);
}
