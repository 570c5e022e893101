// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Runtimes;

/// <summary>Generated code by address, with the name that the runtime wrote for each piece. The pieces do not overlap.</summary>
internal sealed class CodeTable(ulong[] starts, uint[] sizes, int[] names, byte[] text, bool isComplete)
{
    internal static CodeTable Empty { get; } = new([], [], [0], [], isComplete: true);

    internal int Count => starts.Length;

    /// <summary>False when there was more than the bounds allow.</summary>
    internal bool IsComplete => isComplete;

    /// <summary>Finds the piece of code that covers an address; its name is as the target wrote it.</summary>
    internal bool TryFind(ulong address, out ReadOnlySpan<byte> name)
    {
        int index = Array.BinarySearch(starts, address);
        if (index < 0)
            index = ~index - 1;
        bool isCovered = index >= 0 && address - starts[index] < sizes[index];
        name = isCovered ? NameOf(index) : default;
        return isCovered;
    }

    /// <summary>Puts everything into a builder, as its oldest entries.</summary>
    internal void CopyTo(CodeTableBuilder builder)
    {
        for (int i = 0; i < starts.Length; i++)
            builder.Add(starts[i], sizes[i], NameOf(i));
    }

    /// <summary>The piece at a position in address order.</summary>
    internal (ulong Start, uint Size) this[int index] => (starts[index], sizes[index]);

    internal ReadOnlySpan<byte> NameOf(int index) => text.AsSpan(names[index]..names[index + 1]);
}
