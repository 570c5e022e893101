// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Bpf;
using Tracer.Linux.Interop;
using Tracer.Wire;

namespace Tracer.Capture;

/// <summary>What the kernel side's stack walk reads: rules of code, and what is known of processes.</summary>
public sealed class UnwindMaps : IDisposable
{
    private readonly MappedMap _rows;
    private readonly BpfMap _tables;
    private readonly BpfMap _targets;

    internal UnwindMaps(BpfObject loaded)
    {
        _rows = loaded.MapArray("unwind_rows");
        _tables = loaded.Map("unwind_tables");
        _targets = loaded.Map("targets");
        TableCapacity = (int)_tables.MaxEntries;
        TargetCapacity = (int)_targets.MaxEntries;
    }

    public int RowCapacity => Rows.Length;

    public int TableCapacity { get; }

    public int TargetCapacity { get; }

    /// <summary>All rows; a table's own are written before the table itself is set.</summary>
    public Span<TcpUnwindRow> Rows => MemoryMarshal.Cast<byte, TcpUnwindRow>(_rows.Bytes);

    /// <summary>False when there is no room for another table.</summary>
    public bool TrySetTable(in TcpCodeKey key, in TcpUnwindTable table) =>
        TryUpdate(_tables, MemoryMarshal.AsBytes(new ReadOnlySpan<TcpCodeKey>(in key)), MemoryMarshal.AsBytes(new ReadOnlySpan<TcpUnwindTable>(in table)));

    public void RemoveTable(in TcpCodeKey key) => _tables.Delete(MemoryMarshal.AsBytes(new ReadOnlySpan<TcpCodeKey>(in key)));

    /// <summary>False when there is no room for another process. The kernel side removes a process when it ends.</summary>
    public bool TrySetTarget(uint pid, in TcpTarget target) =>
        TryUpdate(_targets, MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in pid)), MemoryMarshal.AsBytes(new ReadOnlySpan<TcpTarget>(in target)));

    public void Dispose() => _rows.Dispose();

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
