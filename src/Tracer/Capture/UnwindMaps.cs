// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Bpf;
using Tracer.Linux.Interop;
using Tracer.Wire;

namespace Tracer.Capture;

/// <summary>What the kernel side's stack walk reads: rules of code, and what is known of processes.</summary>
public sealed class UnwindMaps
{
    private readonly BpfMap _rows;
    private readonly BpfMap _tables;
    private readonly BpfMap _targets;

    internal UnwindMaps(BpfObject loaded)
    {
        _rows = loaded.Map("unwind_rows");
        _tables = loaded.Map("unwind_tables");
        _targets = loaded.Map("targets");
        RowCapacity = (int)_rows.MaxEntries;
        TableCapacity = (int)_tables.MaxEntries;
        TargetCapacity = (int)_targets.MaxEntries;
    }

    public int RowCapacity { get; }

    public int TableCapacity { get; }

    public int TargetCapacity { get; }

    /// <summary>A table's rows are written before the table itself is set.</summary>
    public void WriteRows(int first, ReadOnlySpan<TcpUnwindRow> rows)
    {
        if (rows.IsEmpty)
            return;
        using MappedElements window = _rows.MapElements(first, rows.Length);
        MemoryMarshal.AsBytes(rows).CopyTo(window.Bytes);
    }

    public TcpUnwindRow[] ReadRows(int first, int count)
    {
        if (count == 0)
            return [];
        using MappedElements window = _rows.MapElements(first, count);
        return MemoryMarshal.Cast<byte, TcpUnwindRow>(window.Bytes).ToArray();
    }

    /// <summary>False when there is no room for another table.</summary>
    public bool TrySetTable(in TcpCodeKey key, in TcpUnwindTable table) =>
        TryUpdate(_tables, MemoryMarshal.AsBytes(new ReadOnlySpan<TcpCodeKey>(in key)), MemoryMarshal.AsBytes(new ReadOnlySpan<TcpUnwindTable>(in table)));

    /// <summary>Whether a walk has needed a table since this was last asked.</summary>
    public bool TakeUse(in TcpCodeKey key)
    {
        var table = new TcpUnwindTable();
        if (!_tables.TryLookup(MemoryMarshal.AsBytes(new ReadOnlySpan<TcpCodeKey>(in key)), MemoryMarshal.AsBytes(new Span<TcpUnwindTable>(ref table))) || table.Used == 0)
            return false;
        table.Used = 0;
        return TrySetTable(in key, in table);
    }

    public void RemoveTable(in TcpCodeKey key) => _tables.Delete(MemoryMarshal.AsBytes(new ReadOnlySpan<TcpCodeKey>(in key)));

    /// <summary>False when there is no room for another process. The kernel side removes a process when it ends.</summary>
    public bool TrySetTarget(uint pid, in TcpTarget target) =>
        TryUpdate(_targets, MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in pid)), MemoryMarshal.AsBytes(new ReadOnlySpan<TcpTarget>(in target)));

    private static bool TryUpdate(BpfMap map, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        try
        {
            map.Update(key, value);
            return true;
        }
        catch (BpfException e) when (e.ErrorNumber is Errno.E2BIG or Errno.ENOMEM)
        {
            return false;
        }
    }
}
