// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks;

/// <summary>The memory of an observed process; in tests also damaged memory. Every read may fail, and what it reads is the target's choice.</summary>
internal interface ITargetMemory
{
    /// <summary>Fills the whole buffer from an address.</summary>
    bool TryRead(ulong address, Span<byte> buffer);

    bool TryRead<T>(ulong address, out T value)
        where T : unmanaged;

    /// <summary>Reads what is mapped from an address on, at most a buffer full; 0: nothing.</summary>
    int ReadSome(ulong address, Span<byte> buffer);
}
