// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Tracer.Stacks.Runtimes;

namespace Tracer.Stacks.Tests.Runtimes;

/// <summary>Walks the frames of an interpreter by its layout, as the kernel side does at a system call; the thread must be blocked in one.</summary>
internal static class InterpreterWalk
{
    private const int MaxFrames = 64;
    private const int MaxThreads = 64;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>The frames of the thread with a thread pointer, innermost first.</summary>
    internal static List<InterpreterFrame> Frames(ITargetMemory memory, InterpreterLayout layout, ulong threadPointer)
    {
        var frames = new List<InterpreterFrame>();
        ulong frame = FindRoot(memory, layout, threadPointer);
        foreach (int hop in (ReadOnlySpan<int>)[layout.FirstHop, layout.SecondHop])
        {
            if (frame != 0 && hop >= 0 && !memory.TryRead(frame + (ulong)hop, out frame))
                return frames;
        }

        while (frame != 0 && frames.Count < MaxFrames)
        {
            if (!memory.TryRead(frame + layout.FunctionOffset, out ulong function))
                break;
            ulong position = ReadPosition(memory, layout, frame);
            ulong detail = ReadDetail(memory, layout, function, position);
            frames.Add(new InterpreterFrame(ReadMainCode(memory, layout, function, ref detail), position, detail));
            if (!memory.TryRead(frame + layout.CallerOffset, out frame))
                break;
        }

        return frames;
    }

    /// <summary>
    /// Walks and names until the innermost frame is a function, and at the line where it blocks, because the target may not have come to it yet.
    /// </summary>
    internal static List<CodeFrame> UntilIn(string function, TargetProcess process, ILanguageRuntime runtime, ulong threadPointer, uint line = 0)
    {
        var named = new List<CodeFrame>();
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < Deadline;)
        {
            named.Clear();
            bool isWhole = true;
            if (runtime.Layout is { } layout)
            {
                foreach (InterpreterFrame frame in Frames(process, layout, threadPointer))
                    isWhole &= runtime.TryName(frame, named);
            }

            if (isWhole && named.Count > 0 && named[0].Function == function && (line == 0 || named[0].Line == line))
                return named;
            Thread.Yield();
        }

        throw new InvalidOperationException($"never in {function}:{line}: {string.Join(" < ", named)}");
    }

    private static ulong FindRoot(ITargetMemory memory, InterpreterLayout layout, ulong threadPointer)
    {
        ulong at = layout.RootKind == InterpreterRoot.ThreadPointer ? threadPointer + layout.Root : layout.Root;
        if (!memory.TryRead(at, out ulong root) || layout.RootKind != InterpreterRoot.ThreadList)
            return root;
        for (int i = 0; i < MaxThreads && root != 0; i++)
        {
            if (!memory.TryRead(root + layout.ThreadIdOffset, out ulong self) || self == threadPointer)
                return root;
            if (!memory.TryRead(root + layout.ThreadNextOffset, out root))
                return 0;
        }

        return 0;
    }

    private static ulong ReadPosition(ITargetMemory memory, InterpreterLayout layout, ulong frame)
    {
        Span<byte> bytes = stackalloc byte[Unsafe.SizeOf<ulong>()];
        bytes.Clear();
        memory.TryRead(frame + layout.PositionOffset, bytes[..(int)layout.PositionBytes]);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    // The name of main code's file instead of the function.
    private static ulong ReadMainCode(ITargetMemory memory, InterpreterLayout layout, ulong function, ref ulong detail)
    {
        if (layout.FileOffset < 0 || detail >> 32 != layout.LineFunctionType || !memory.TryRead(function + layout.NameOffset, out ulong name) || name != 0
            || !memory.TryRead(function + (ulong)layout.FileOffset, out ulong file) || !memory.TryRead(file + 8, out ulong hash))
            return function;
        detail |= (hash << 40) | (0x80ul << 32);
        return file;
    }

    private static ulong ReadDetail(ITargetMemory memory, InterpreterLayout layout, ulong function, ulong position)
    {
        if (layout.LineOffset < 0 || !memory.TryRead(function, out byte type))
            return 0;
        uint line = 0;
        if (type == layout.LineFunctionType)
            memory.TryRead(position + (ulong)layout.LineOffset, out line);
        return ((ulong)type << 32) | line;
    }
}
