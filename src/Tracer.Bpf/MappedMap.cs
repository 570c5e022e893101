// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;
using Tracer.Linux.Interop;

namespace Tracer.Bpf;

/// <summary>
/// The live memory of a data section (.bss, .data): what the loaded programs read and write. Spans and references into it
/// are valid until it is disposed; it may outlive the object.
/// </summary>
public sealed unsafe class MappedMap : IDisposable
{
    private readonly MappedMemory _memory;
    private readonly string _section;
    private readonly int _size;
    private readonly IReadOnlyDictionary<string, DataVariable> _variables;

    internal MappedMap(MappedMemory memory, string section, int size, IReadOnlyDictionary<string, DataVariable> variables)
    {
        _memory = memory;
        _section = section;
        _size = size;
        _variables = variables;
    }

    public Span<byte> Bytes => new(_memory.Address, _size);

    /// <summary>Where a variable of the BPF source lies, by its C name.</summary>
    public int OffsetOf(string variable) => Find(variable).Offset;

    public Span<byte> Variable(string variable)
    {
        DataVariable found = Find(variable);
        return Bytes.Slice(found.Offset, found.Size);
    }

    /// <summary>The variable itself; its size must be that of <typeparamref name="T"/>.</summary>
    public ref T Variable<T>(string variable) where T : unmanaged
    {
        DataVariable found = Find(variable);
        found.RequireSize(variable, sizeof(T));
        return ref At<T>(found.Offset);
    }

    /// <summary>The value at an aligned offset.</summary>
    public ref T At<T>(int offset) where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)offset + sizeof(T), _size, nameof(offset));
        return ref Unsafe.AsRef<T>(_memory.Address + offset);
    }

    public void Dispose() => _memory.Dispose();

    private DataVariable Find(string variable) => _variables.TryGetValue(variable, out DataVariable found)
        ? found
        : throw new BpfException($"find variable '{variable}' in section '{_section}'", Errno.ENOENT);
}
