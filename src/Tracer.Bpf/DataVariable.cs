// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Interop;

namespace Tracer.Bpf;

/// <summary>Place of a global variable in its data section, from the object's BTF.</summary>
internal readonly record struct DataVariable(int Offset, int Size)
{
    internal void RequireSize(string name, int size)
    {
        if (size != Size)
            throw new BpfException($"access variable '{name}'", Errno.EINVAL, $"it has {Size} bytes, not {size}");
    }
}
