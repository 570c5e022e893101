// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;

namespace Tracer.Stacks.Java;

/// <summary>The memory of a virtual machine. Everything in it is the target's choice.</summary>
internal abstract class VmMemory
{
    /// <summary>Reads what is mapped from an address on, at most a buffer full; 0: nothing.</summary>
    internal abstract int ReadSome(ulong address, Span<byte> buffer);

    /// <summary>Fills the whole buffer from an address.</summary>
    internal bool TryRead(ulong address, Span<byte> buffer) => address != 0 && ReadSome(address, buffer) == buffer.Length;

    internal bool TryReadPointer(ulong address, out ulong value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        bool isRead = TryRead(address, bytes);
        value = isRead ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;
        return isRead && value != 0;
    }
}
