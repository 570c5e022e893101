// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Capture;
using Tracer.Stacks.Unwind;
using Tracer.Wire;

namespace Tracer.Unwinding;

/// <summary>
/// The unwind tables that are in the kernel now. When there is no room, the table that was loaded or asked for longest ago goes; a stack that
/// needs it asks again. One thread writes; rows may be copied by any.
/// </summary>
public sealed class TableStore(UnwindMaps maps, TimeProvider time)
{
    private static readonly TimeSpan Quarantine = TimeSpan.FromSeconds(1); // a walk takes microseconds

    private readonly RowSpace _rows = new(maps.RowCapacity, Quarantine, time);
    private readonly Dictionary<TcpCodeKey, LinkedListNode<Loaded>> _tables = [];
    private readonly LinkedList<Loaded> _byAge = new();
    private readonly Lock _lock = new(); // held for writing, and for reading by other threads than the one that writes

    private sealed record Loaded(TcpCodeKey Key, int First, int Count);

    public int Count => _tables.Count;

    public int TableLimit => maps.TableCapacity;

    public int RowsUsed => _rows.Used;

    public int RowLimit => _rows.Capacity;

    /// <summary>Tables dropped for room.</summary>
    public ulong Evictions { get; private set; }

    /// <summary>Tables that no room could be made for.</summary>
    public ulong Refused { get; private set; }

    public bool Contains(in TcpCodeKey key) => _tables.ContainsKey(key);

    /// <summary>Loads or replaces the table of a file; no rows: known to have none.</summary>
    public void Load(in TcpCodeKey key, ReadOnlySpan<UnwindRow> rows, ulong codeBase = 0, ulong codeEnd = 0)
    {
        using Lock.Scope writing = _lock.EnterScope();
        if (!TryTake(rows.Length, out int first))
        {
            Refused++;
            return;
        }
        maps.WriteRows(first, MemoryMarshal.Cast<UnwindRow, TcpUnwindRow>(rows)); // one layout: UnwindTermsTests
        while (!maps.TrySetTable(key, new TcpUnwindTable { Base = codeBase, End = codeEnd, FirstRow = (uint)first, RowCount = (uint)rows.Length }))
        {
            if (!EvictOldest(but: key))
            {
                _rows.Return(first, rows.Length);
                Refused++;
                return;
            }
        }
        Replace(key, new Loaded(key, first, rows.Length));
    }

    /// <summary>The rules of a file, if they are loaded; any thread.</summary>
    public UnwindRow[]? Copy(in TcpCodeKey key)
    {
        lock (_lock)
            return _tables.TryGetValue(key, out LinkedListNode<Loaded>? node)
                ? MemoryMarshal.Cast<TcpUnwindRow, UnwindRow>(maps.ReadRows(node.Value.First, node.Value.Count)).ToArray()
                : null;
    }

    /// <summary>Forgets a table that is no longer needed.</summary>
    public void Drop(in TcpCodeKey key)
    {
        using Lock.Scope writing = _lock.EnterScope();
        if (!_tables.Remove(key, out LinkedListNode<Loaded>? node))
            return;
        maps.RemoveTable(key);
        _byAge.Remove(node);
        _rows.Return(node.Value.First, node.Value.Count);
    }

    private void Replace(in TcpCodeKey key, Loaded loaded)
    {
        if (_tables.Remove(key, out LinkedListNode<Loaded>? old))
        {
            _byAge.Remove(old);
            _rows.Return(old.Value.First, old.Value.Count);
        }
        _tables.Add(key, _byAge.AddLast(loaded));
    }

    private bool TryTake(int count, out int first)
    {
        if (_rows.TryTake(count, out first))
            return true;
        // Ranges come back after their rest only: what is dropped now makes room for the next request.
        if (count <= _rows.Capacity / 2)
        {
            for (int freed = 0; freed < count && _byAge.First is { } oldest; freed += oldest.Value.Count)
                EvictOldest(but: default);
        }
        return _rows.TryTake(count, out first);
    }

    private bool EvictOldest(in TcpCodeKey but)
    {
        if (_byAge.First is not { } oldest || oldest.Value.Key.Equals(but))
            return false;
        Drop(oldest.Value.Key);
        Evictions++;
        return true;
    }
}
