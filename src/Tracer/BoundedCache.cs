// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics.CodeAnalysis;

namespace Tracer;

/// <summary>
/// A map that forgets what was not asked for lately: two generations, and when the young one is full the old one is dropped.
/// Thread-safe.
/// </summary>
/// <param name="capacity">Entries of one generation; at most twice as many are kept.</param>
public sealed class BoundedCache<TKey, TValue>(int capacity) where TKey : notnull
{
    private readonly Lock _lock = new();
    private Dictionary<TKey, TValue> _young = [];
    private Dictionary<TKey, TValue> _old = [];

    public int Limit => capacity * 2;

    public int Count
    {
        get
        {
            lock (_lock)
                return _young.Count + _old.Count;
        }
    }

    /// <summary>Entries dropped for room.</summary>
    public ulong Evicted { get; private set; }

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        lock (_lock)
        {
            if (_young.TryGetValue(key, out value))
                return true;
            if (!_old.Remove(key, out value))
                return false;
            Add(key, value);
            return true;
        }
    }

    public void Set(TKey key, TValue value)
    {
        lock (_lock)
        {
            _old.Remove(key);
            Add(key, value);
        }
    }

    private void Add(TKey key, TValue value)
    {
        if (_young.Count >= capacity && !_young.ContainsKey(key))
        {
            Evicted += (ulong)_old.Count;
            (_old, _young) = (_young, _old);
            _young.Clear();
        }
        _young[key] = value;
    }
}
