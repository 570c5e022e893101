// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Tracer.Api.Fanout;

/// <summary>A bounded queue between exactly one adding and one taking thread at a time. Neither ever waits or allocates.</summary>
internal sealed class BoundedRing<T>(int capacity)
    where T : class
{
    private readonly T?[] _items = new T?[BitOperations.RoundUpToPowerOf2((uint)capacity)];
    private long _taken;
    private long _added;

    public bool IsEmpty => Count == 0;

    public int Count => (int)(Volatile.Read(ref _added) - Volatile.Read(ref _taken));

    public bool TryAdd(T item)
    {
        long added = _added;
        if (added - Volatile.Read(ref _taken) >= capacity)
            return false;
        _items[added & (_items.Length - 1)] = item;
        Volatile.Write(ref _added, added + 1);
        return true;
    }

    public bool TryTake([NotNullWhen(true)] out T? item)
    {
        item = null;
        long taken = _taken;
        if (taken == Volatile.Read(ref _added))
            return false;
        ref T? slot = ref _items[taken & (_items.Length - 1)];
        item = slot!;
        slot = null;
        Volatile.Write(ref _taken, taken + 1);
        return true;
    }
}
