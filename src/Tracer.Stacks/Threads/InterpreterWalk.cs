// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using Tracer.Stacks.Runtimes;

namespace Tracer.Stacks.Threads;

/// <summary>
/// Walks the frames of an interpreter by its layout, as the kernel side does at a system call (bpf/interpreter.bpf.h). Of a thread that waits in one
/// the list stands still; of another the walk ends somewhere, soon.
/// </summary>
internal static class InterpreterWalk
{
    internal const int MaxFrames = 64; // TCP_INTERPRETER_DEPTH

    private const int MaxThreads = 512;
    private const ulong PhpTextHashOffset = 8; // zend_string.h, 7.0 to 8.5
    private const ulong MainCode = 0x80; // TCP_MAIN_CODE

    /// <summary>The frames of the thread with a thread pointer, newest first.</summary>
    /// <param name="memory">Of the process.</param>
    /// <param name="layout">Of its interpreter.</param>
    /// <param name="threadPointer">Of the thread; any where the layout does not need it.</param>
    /// <param name="isCut">There are more, or some could not be read.</param>
    internal static List<InterpreterFrame> Frames(ITargetMemory memory, InterpreterLayout layout, ulong threadPointer, out bool isCut)
    {
        var frames = new List<InterpreterFrame>();
        ulong frame = FindNewest(memory, layout, threadPointer);
        isCut = false;
        for (int i = 0; i < MaxFrames && frame != 0; i++)
        {
            ulong here = frame;
            isCut = !memory.TryRead(unchecked(here + layout.FunctionOffset), out ulong function) | !TryReadPosition(memory, layout, here, out ulong position)
                | !memory.TryRead(unchecked(here + layout.CallerOffset), out frame);
            if (isCut)
                return frames;
            if (function == 0) // PHP: a frame without a function says nothing
                continue;
            ulong detail = ReadDetail(memory, layout, function, position);
            frames.Add(new InterpreterFrame(ReadMainCode(memory, layout, function, ref detail), position, detail));
        }

        isCut = frame != 0;
        return frames;
    }

    private static ulong FindNewest(ITargetMemory memory, InterpreterLayout layout, ulong threadPointer)
    {
        ulong frame = FindRoot(memory, layout, threadPointer);
        foreach (int hop in (ReadOnlySpan<int>)[layout.FirstHop, layout.SecondHop])
        {
            if (hop >= 0 && (frame == 0 || !memory.TryRead(unchecked(frame + (ulong)hop), out frame)))
                return 0;
        }

        return frame;
    }

    private static ulong FindRoot(ITargetMemory memory, InterpreterLayout layout, ulong threadPointer)
    {
        ulong at = layout.RootKind == InterpreterRoot.ThreadPointer ? unchecked(threadPointer + layout.Root) : layout.Root;
        if (!memory.TryRead(at, out ulong root) || layout.RootKind != InterpreterRoot.ThreadList)
            return root;
        for (int i = 0; i < MaxThreads && root != 0; i++)
        {
            if (!memory.TryRead(unchecked(root + layout.ThreadIdOffset), out ulong self))
                return 0;
            if (self == threadPointer)
                return root;
            if (!memory.TryRead(unchecked(root + layout.ThreadNextOffset), out root))
                return 0;
        }

        return 0;
    }

    private static bool TryReadPosition(ITargetMemory memory, InterpreterLayout layout, ulong frame, out ulong position)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        bytes.Clear();
        bool isRead = memory.TryRead(unchecked(frame + layout.PositionOffset), bytes[..(layout.PositionBytes == 4 ? 4 : 8)]);
        position = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        return isRead;
    }

    // The name of main code's file instead of the function, which is freed sooner.
    private static ulong ReadMainCode(ITargetMemory memory, InterpreterLayout layout, ulong function, ref ulong detail)
    {
        if (layout.FileOffset < 0 || layout.LineOffset < 0 || detail >> 32 != layout.LineFunctionType
            || !memory.TryRead(unchecked(function + layout.NameOffset), out ulong name) || name != 0
            || !memory.TryRead(unchecked(function + (ulong)layout.FileOffset), out ulong file)
            || !memory.TryRead(unchecked(file + PhpTextHashOffset), out ulong hash))
            return function;
        detail |= (hash << 40) | (MainCode << 32);
        return file;
    }

    private static ulong ReadDetail(ITargetMemory memory, InterpreterLayout layout, ulong function, ulong position)
    {
        if (layout.LineOffset < 0 || !memory.TryRead(function, out byte type))
            return 0;
        uint line = 0;
        if (type == layout.LineFunctionType)
            memory.TryRead(unchecked(position + (ulong)layout.LineOffset), out line);
        return ((ulong)type << 32) | line;
    }
}
