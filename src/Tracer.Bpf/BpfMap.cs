// SPDX-License-Identifier: Apache-2.0
using System.ComponentModel;
using Tracer.Bpf.Interop;
using Tracer.Linux.Interop;

namespace Tracer.Bpf;

/// <summary>A map of a loaded object. Borrowed: it must not be used once the object is disposed, and checks that.</summary>
public sealed unsafe class BpfMap
{
    private const int NoSuchKey = -Errno.ENOENT;

    private readonly BpfObject _owner;
    private readonly nint _map;

    internal BpfMap(BpfObject owner, nint map, string name)
    {
        _owner = owner;
        _map = map;
        Name = name;
        Type = (BpfMapType)LibBpf.bpf_map__type(map);
        KeySize = (int)LibBpf.bpf_map__key_size(map);
        ValueSize = (int)LibBpf.bpf_map__value_size(map);
    }

    public string Name { get; }

    public int KeySize { get; }

    /// <summary>Bytes of one value; a per-CPU map transfers one per possible CPU, each rounded up to 8 bytes.</summary>
    public int ValueSize { get; }

    /// <summary>Capacity; libbpf rounds the size of a ring buffer up when it loads.</summary>
    public uint MaxEntries
    {
        get
        {
            using BpfObject.Lease lease = _owner.Borrow();
            return LibBpf.bpf_map__max_entries(_map);
        }
    }

    /// <summary>The map's descriptor, owned by the object.</summary>
    public int Fd
    {
        get
        {
            using BpfObject.Lease lease = _owner.Borrow();
            int fd = LibBpf.bpf_map__fd(_map);
            return fd >= 0 ? fd : throw new BpfException($"use map '{Name}'", -fd, "it was not created");
        }
    }

    public BpfMapType Type { get; }

    private bool IsPerCpu => Type is BpfMapType.PerCpuHash or BpfMapType.PerCpuArray or BpfMapType.LruPerCpuHash;

    private int TransferSize => IsPerCpu ? (ValueSize + 7 & ~7) * PossibleCpus.Count : ValueSize;

    public void Update(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        RequireSizes(key.Length, value.Length);
        using BpfObject.Lease lease = _owner.Borrow();
        fixed (byte* k = key, v = value)
        {
            int result = LibBpf.bpf_map_update_elem(Fd, k, v, 0);
            if (result < 0)
                throw new BpfException($"update map '{Name}'", -result);
        }
    }

    /// <summary>False when there is no such key.</summary>
    public bool TryLookup(ReadOnlySpan<byte> key, Span<byte> value)
    {
        RequireSizes(key.Length, value.Length);
        using BpfObject.Lease lease = _owner.Borrow();
        fixed (byte* k = key, v = value)
        {
            int result = LibBpf.bpf_map_lookup_elem(Fd, k, v);
            if (result is < 0 and not NoSuchKey)
                throw new BpfException($"look up in map '{Name}'", -result);
            return result >= 0;
        }
    }

    public void Lookup(ReadOnlySpan<byte> key, Span<byte> value)
    {
        if (!TryLookup(key, value))
            throw new BpfException($"look up in map '{Name}'", Errno.ENOENT);
    }

    /// <summary>False when there was no such key.</summary>
    public bool Delete(ReadOnlySpan<byte> key)
    {
        RequireSizes(key.Length, TransferSize);
        using BpfObject.Lease lease = _owner.Borrow();
        fixed (byte* k = key)
        {
            int result = LibBpf.bpf_map_delete_elem(Fd, k);
            if (result is < 0 and not NoSuchKey)
                throw new BpfException($"delete from map '{Name}'", -result);
            return result >= 0;
        }
    }

    /// <summary>Maps some elements of an array that was declared with BPF_F_MMAPABLE; at least one.</summary>
    public MappedElements MapElements(int first, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)first + (uint)count, MaxEntries);
        long size = ValueSize + 7L & ~7L;
        using BpfObject.Lease lease = _owner.Borrow();
        try
        {
            return MappedElements.Map(Fd, first * size, checked((int)(count * size)));
        }
        catch (Win32Exception e)
        {
            throw new BpfException($"map elements of '{Name}'", e.NativeErrorCode);
        }
    }

    /// <summary>Sum over all possible CPUs of the u64s at one index of a per-CPU array.</summary>
    public ulong SumPerCpu(uint index)
    {
        if (Type != BpfMapType.PerCpuArray || ValueSize % sizeof(ulong) != 0)
            throw new BpfException($"sum map '{Name}'", Errno.EINVAL, "it is not a per-CPU array of u64");
        int count = PossibleCpus.Count * ValueSize / sizeof(ulong);
        Span<ulong> values = count <= 256 ? stackalloc ulong[count] : new ulong[count];
        using BpfObject.Lease lease = _owner.Borrow();
        fixed (ulong* v = values)
        {
            int result = LibBpf.bpf_map_lookup_elem(Fd, (byte*)&index, (byte*)v);
            if (result < 0)
                throw new BpfException($"look up index {index} in map '{Name}'", -result);
        }
        ulong sum = 0;
        foreach (ulong value in values)
            sum += value;
        return sum;
    }

    // The kernel copies whole keys and values whatever the caller's buffer holds.
    private void RequireSizes(int key, int value)
    {
        if (key != KeySize)
            throw new ArgumentException($"map '{Name}' has keys of {KeySize} bytes, not {key}");
        if (value != TransferSize)
            throw new ArgumentException($"map '{Name}' transfers values of {TransferSize} bytes, not {value}");
    }
}
