// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.Unwind;

namespace Tracer.Stacks.Java;

/// <summary>
/// Turns blobs into unwind rules. At a system call every frame of generated code stands at a call, where a compiled frame has its fixed size:
/// return address at CFA - 8, the caller's frame pointer at CFA - 16 (HotSpot's own stack walker relies on the same, for stubs with a frame size too).
/// </summary>
internal static class CodeRows
{
    /// <summary>
    /// Where the interpreter keeps its bytecode pointer, in words from the frame pointer. Not in the exported tables, the same from 9 to 25:
    /// sender sp -1, last sp -2, method -3, mirror -4, mdp -5, cache -6, locals -7, bcp -8 (frame_x86.hpp of OpenJDK).
    /// </summary>
    internal const short BytecodePointerWords = -8;

    private const byte SavedAtCfaMinus16 = 2;
    private const int MinFrameWords = 2;

    internal static GeneratedCode? Build(CodeIndex index)
    {
        if (index.Blobs.IsEmpty || index.High - index.Low > uint.MaxValue)
            return null;
        var rows = new List<UnwindRow>(index.Blobs.Length);
        ulong end = index.Low;
        ulong nextBegin = 0;
        foreach (ref readonly CodeBlob blob in index.Blobs)
        {
            // Between the code of neighbours there is only their data. Where code may come to be, no rule is the honest one.
            if (blob.CodeBegin > end && blob.Begin != nextBegin)
                Add(rows, new UnwindRow((uint)(end - index.Low), UnwindRowKind.None, 0, 0));
            Add(rows, RowOf(blob, (uint)(blob.CodeBegin - index.Low)));
            (end, nextBegin) = (blob.CodeEnd, blob.NextBegin);
        }

        if (end < index.High)
            Add(rows, new UnwindRow((uint)(end - index.Low), UnwindRowKind.None, 0, 0));
        return new GeneratedCode(index.Low, index.High, [.. rows]);
    }

    private static UnwindRow RowOf(in CodeBlob blob, uint offset)
    {
        if (blob.Kind == CodeBlobKind.Interpreter)
            return new UnwindRow(offset, UnwindRowKind.JavaInterpreter, 0, BytecodePointerWords);
        return blob.FrameWords is >= MinFrameWords and <= short.MaxValue
            ? new UnwindRow(offset, UnwindRowKind.StackPointer, SavedAtCfaMinus16, (short)blob.FrameWords)
            : FrameOfStub(offset);
    }

    // Only stubs that begin as C functions do can be on the stack at a call: above all the one through which the machine calls the first method.
    // A rule of its own says that this step is no guess.
    private static UnwindRow FrameOfStub(uint offset) => new(offset, UnwindRowKind.FramePointer, SavedAtCfaMinus16, MinFrameWords);

    private static void Add(List<UnwindRow> rows, in UnwindRow row)
    {
        if (rows.Count == 0 || rows[^1] with { Offset = row.Offset } != row)
            rows.Add(row);
    }
}
