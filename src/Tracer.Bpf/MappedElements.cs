// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Interop;

namespace Tracer.Bpf;

/// <summary>
/// Some elements of an array, mapped for as long as they are needed: the kernel puts every page of such a mapping in place at once, so
/// that a mapping of the whole array counts as resident memory of the process. The span is valid until this is disposed.
/// </summary>
public sealed unsafe class MappedElements : IDisposable
{
    private readonly MappedMemory _pages;
    private readonly int _offset;
    private readonly int _length;

    private MappedElements(MappedMemory pages, int offset, int length)
    {
        _pages = pages;
        _offset = offset;
        _length = length;
    }

    public Span<byte> Bytes => new(_pages.Address + _offset, _length);

    /// <summary>At least one byte.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">The kernel refused.</exception>
    internal static MappedElements Map(int descriptor, long start, int length)
    {
        long page = Environment.SystemPageSize;
        long first = start / page * page;
        long end = (start + length + page - 1) / page * page;
        return new MappedElements(MappedMemory.Map(descriptor, first, (nuint)(end - first), writable: true), (int)(start - first), length);
    }

    public void Dispose() => _pages.Dispose();
}
