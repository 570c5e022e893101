// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Java;

/// <summary>
/// Finds the methods that were compiled into one place of a compiled method. A pc descriptor leads to a scope: the offset of the scope it was
/// inlined into, the index of its method, its bytecode index plus one; an offset of zero ends the chain.
/// </summary>
internal sealed class ScopeReader(VmMemory memory, ScopeLayout layout, bool excludesZero)
{
    private const int MaxDepth = 128;
    private const int MaxMethodIndex = 65536;
    private const ulong MaxPartBytes = 64 * 1024 * 1024;
    private const int MaxScopeHead = 15; // Three numbers.

    private readonly byte[] _header = new byte[layout.HeaderBytes];
    private readonly byte[] _descriptor = new byte[Math.Max(layout.DescriptorBytes, Math.Max(layout.PcOffset.End, layout.ScopeOffset.End))];

    /// <summary>Adds (Method, bytecode index) pairs, innermost first; nothing when there is no information about the place.</summary>
    /// <param name="blob">The compiled method.</param>
    /// <param name="address">Inside the call instruction.</param>
    /// <param name="scopes">Gets the pairs.</param>
    internal void Read(in CodeBlob blob, ulong address, List<(ulong Method, int Bytecode)> scopes)
    {
        if (!memory.TryRead(blob.Begin, _header))
            return;
        ScopeParts parts = layout.PartsOf(blob.Begin, _header);
        int offset = FindScope(parts, (int)(address + 1 - blob.CodeBegin));
        ulong length = parts.ScopesEnd - parts.ScopesBegin;
        if (parts.ScopesEnd <= parts.ScopesBegin || length > MaxPartBytes)
            return;
        for (int depth = 0; depth < MaxDepth && offset > 0 && (ulong)offset < length; depth++)
        {
            if (!TryReadScope(parts, ref offset, out ulong method, out int bytecode))
                return;
            scopes.Add((method, bytecode));
        }
    }

    // The first descriptor at or behind the return address: exact for a call that the machine can stop at.
    private int FindScope(in ScopeParts parts, int pcOffset)
    {
        if (parts.DescriptorsEnd <= parts.DescriptorsBegin || parts.DescriptorsEnd - parts.DescriptorsBegin > MaxPartBytes)
            return 0;
        int low = 0;
        int high = (int)((parts.DescriptorsEnd - parts.DescriptorsBegin) / (ulong)layout.DescriptorBytes);
        int found = 0;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (!memory.TryRead(parts.DescriptorsBegin + ((ulong)middle * (ulong)layout.DescriptorBytes), _descriptor))
                return 0;
            if (layout.PcOffset.ReadInt(_descriptor) < pcOffset)
            {
                low = middle + 1;
                continue;
            }

            high = middle;
            found = layout.ScopeOffset.ReadInt(_descriptor);
        }

        return found;
    }

    private bool TryReadScope(in ScopeParts parts, ref int offset, out ulong method, out int bytecode)
    {
        (method, bytecode) = (0, -1);
        Span<byte> head = stackalloc byte[MaxScopeHead];
        ulong at = parts.ScopesBegin + (uint)offset;
        var stream = new CompressedInts(head[..memory.ReadSome(at, head)], excludesZero);
        if (!stream.TryRead(out int sender) || !stream.TryRead(out int index) || !stream.TryRead(out bytecode))
            return false;
        // Invocation entry is -1, and numbers are not negative.
        bytecode--;
        // A caller is always recorded before what is inlined into it.
        bool isOrdered = sender < offset;
        offset = sender;
        ulong place = unchecked(parts.MetadataBegin + ((ulong)(uint)(index - 1) * sizeof(ulong)));
        return isOrdered && index is > 0 and < MaxMethodIndex && place < parts.MetadataEnd && memory.TryReadPointer(place, out method);
    }
}
