// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Merging;

/// <summary>Which frames of an interpreter's list each activation of its loop runs.</summary>
internal static class InterpreterShares
{
    /// <returns>For each activation, innermost first, the index behind its last frame.</returns>
    public static int[] Divide(IReadOnlyList<IReadOnlyList<CodeFrame>> interpreter, FrameKind kind, int activations)
    {
        var ends = new int[activations];
        if (kind == FrameKind.Php && TryDivideAtInternal(interpreter, ends))
            return ends;
        // CPython since 3.11 runs a call from Python to Python in the same activation, and nothing in the list tells where one ends: all frames
        // are in their order at the innermost, and what is native between them comes behind.
        ends.AsSpan().Fill(interpreter.Count);
        return ends;
    }

    // A function of PHP itself that calls back enters the loop again: it is the innermost frame of the next activation.
    private static bool TryDivideAtInternal(IReadOnlyList<IReadOnlyList<CodeFrame>> interpreter, int[] ends)
    {
        int activation = 0;
        for (int i = 1; i < interpreter.Count; i++)
        {
            if (!IsInternal(interpreter[i]))
                continue;
            if (activation == ends.Length - 1)
                return false;
            ends[activation++] = i;
        }

        ends[^1] = interpreter.Count;
        return activation == ends.Length - 1;
    }

    private static bool IsInternal(IReadOnlyList<CodeFrame> code) => code.Count > 0 && code[0].File.Length == 0;
}
