// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Capture;
using Tracer.Stacks.Unwind;
using Tracer.Wire;

namespace Tracer.Unwinding;

/// <summary>
/// The unwind tables that are in the kernel now. When there is no room, the oldest table goes that no walk used since it was last looked at
/// (second chance); a stack that needs it asks again. One thread writes; rows may be copied by any.
/// </summary>
public sealed class TableStore(UnwindMaps maps, TimeProvider time)
{
    private static readonly TimeSpan Quarantine = TimeSpan.FromSeconds(1); // a walk takes microseconds

    private readonly int _reserve = maps.RowCapacity / 16; // rows kept free or resting, so that a new program finds room at once
    private readonly RowSpace _rows = new(maps.RowCapacity, Quarantine, time);
    private readonly Dictionary<TcpCodeKey, LinkedListNode<Loaded>> _tables = [];
    private readonly LinkedList<Loaded> _byAge = new();
    private readonly Lock _lock = new(); // held for writing, and for reading by other threads than the one that writes

    private sealed record Loaded(TcpCodeKey Key, int First, int Count);

    public int Count => _tables.Count;

    public int TableLimit => maps.TableCapacity;

    public int RowsUsed => _rows.Used;

    public int RowLimit => _rows.Capacity;

    /// <summary>Little is left that could be handed out without dropping a table.</summary>
    public bool IsCrowded => FreeRows < 2 * _reserve;

    /// <summary>Tables dropped for room.</summary>
    public ulong Evictions { get; private set; }

    /// <summary>Tables that no room could be made for.</summary>
    public ulong Refused { get; private set; }

    /// <summary>Rows that are handed out to nobody, those that rest included.</summary>
    private int FreeRows => _rows.Capacity - _rows.Used;

    public bool Contains(in TcpCodeKey key) => _tables.ContainsKey(key);

    /// <summary>Loads or replaces the table of a file; no rows: known to have none.</summary>
    public void Load(in TcpCodeKey key, ReadOnlySpan<UnwindRow> rows, ulong codeBase = 0)
    {
        using Lock.Scope writing = _lock.EnterScope();
        if (!TryTake(rows.Length, out int first))
        {
            Refused++;
            return;
        }
        maps.WriteRows(first, MemoryMarshal.Cast<UnwindRow, TcpUnwindRow>(rows)); // one layout: UnwindTermsTests
        while (!maps.TrySetTable(key, new TcpUnwindTable { Base = codeBase, FirstRow = (uint)first, RowCount = (uint)rows.Length }))
        {
            if (!EvictOne(forRows: false))
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
        bool mayDrop = count <= _rows.Capacity / 2;
        // Before the new one is there: it has no mark yet. What rests is free soon: a burst does not drop once more for it.
        if (mayDrop)
            FreeUpTo(count + _reserve);
        if (_rows.TryTake(count, out first))
            return true;
        if (mayDrop && _rows.Resting == 0) // room enough, in pieces
            FreeUpTo(FreeRows + count);
        return _rows.TryTake(count, out first);
    }

    private void FreeUpTo(int rows)
    {
        while (FreeRows < rows && EvictOne(forRows: true))
            continue;
    }

    private bool EvictOne(bool forRows)
    {
        for (int chances = _byAge.Count; _byAge.First is { } oldest; chances--)
        {
            if (chances <= 0 || !MayStay(oldest.Value, forRows)) // 0: a round later no mark is left, unless walks are faster than this
            {
                Drop(oldest.Value.Key);
                Evictions++;
                return true;
            }
            _byAge.RemoveFirst();
            _byAge.AddLast(oldest);
        }
        return false;
    }

    private bool MayStay(Loaded table, bool forRows) => forRows && table.Count == 0 || maps.TakeUse(table.Key);
}
