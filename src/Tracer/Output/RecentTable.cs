// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics.CodeAnalysis;

namespace Tracer.Output;

/// <summary>
/// Remembers at least the last <c>capacity</c> keys and at most twice as many: a follow command may run for months.
/// </summary>
internal sealed class RecentTable<TKey, TValue>(int capacity)
    where TKey : notnull
{
    private Dictionary<TKey, TValue> _young = [];
    private Dictionary<TKey, TValue> _old = [];

    public int Count => _young.Count + _old.Count;

    public void Set(TKey key, TValue value)
    {
        _old.Remove(key);
        _young[key] = value;
        if (_young.Count < capacity)
            return;
        _old = _young;
        _young = [];
    }

    public bool TryTake(TKey key, [MaybeNullWhen(false)] out TValue value) =>
        _young.Remove(key, out value) || _old.Remove(key, out value);
}
