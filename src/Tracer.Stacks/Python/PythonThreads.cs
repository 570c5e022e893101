// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Stacks.Runtimes;

namespace Tracer.Stacks.Python;

/// <summary>Finds out how the current thread's state can be found, by looking at the threads that exist.</summary>
internal static class PythonThreads
{
    private const int MaxInterpreters = 256;
    private const int MaxThreads = 256;

    // struct pthread of glibc on x86-64: specific_1stblock, 32 pairs of (sequence, value).
    private const ulong FirstSlots = 0x310;
    private const int SlotBytes = 16;
    private const int SlotCount = 32;

    /// <summary>How to walk the frames; null as long as the interpreter has no thread.</summary>
    internal static InterpreterLayout? FindLayout(ITargetMemory memory, ulong runtime, PythonOffsets offsets)
    {
        if (!TryFindList(memory, runtime, offsets, out ulong head) || !memory.TryRead(head, out ulong thread) || thread == 0)
            return null;
        ulong slot = FindSlot(memory, thread, offsets);
        return new InterpreterLayout
        {
            RootKind = slot != 0 ? InterpreterRoot.ThreadPointer : InterpreterRoot.ThreadList,
            Root = slot != 0 ? slot : head,
            ThreadNextOffset = (uint)offsets.ThreadNext,
            ThreadIdOffset = (uint)offsets.ThreadId,
            FirstHop = offsets.FirstHop,
            SecondHop = offsets.SecondHop,
            FunctionOffset = (uint)offsets.FrameCode,
            PositionOffset = (uint)offsets.FramePosition,
            PositionBytes = (uint)offsets.PositionBytes,
            CallerOffset = (uint)offsets.FrameCaller,
        };
    }

    /// <summary>Finds where the main interpreter has the pointer to its newest thread state.</summary>
    internal static bool TryFindList(ITargetMemory memory, ulong runtime, PythonOffsets offsets, out ulong head)
    {
        // New interpreters are put in front, so the main one is the last.
        ulong at = unchecked(runtime + (ulong)offsets.FirstInterpreter);
        ulong interpreter = 0;
        head = 0;
        for (int i = 0; i < MaxInterpreters; i++)
        {
            if (!memory.TryRead(at, out ulong next))
                return false;
            if (next == 0)
            {
                head = unchecked(interpreter + (ulong)offsets.FirstThread);
                return interpreter != 0;
            }

            interpreter = next;
            at = unchecked(next + (ulong)offsets.InterpreterNext);
        }

        return false;
    }

    // Each thread keeps its state under a key of pthread_setspecific (gilstate.autoTSSkey). Where a thread's own slots hold its state, the key is
    // known, the C library is glibc, and the kernel side needs one read instead of a search. 0: search the list (musl, a late key).
    private static ulong FindSlot(ITargetMemory memory, ulong thread, PythonOffsets offsets)
    {
        Span<ulong> slots = stackalloc ulong[SlotCount * 2];
        for (int i = 0; i < MaxThreads && thread != 0; i++)
        {
            if (memory.TryRead(unchecked(thread + (ulong)offsets.ThreadId), out ulong self) && self != 0
                && memory.TryRead(unchecked(self + FirstSlots), MemoryMarshal.AsBytes(slots)))
            {
                for (int key = 0; key < SlotCount; key++)
                {
                    if (slots[(key * 2) + 1] == thread)
                        return FirstSlots + (ulong)((key * SlotBytes) + 8);
                }
            }

            if (!memory.TryRead(unchecked(thread + (ulong)offsets.ThreadNext), out thread))
                return 0;
        }

        return 0;
    }
}
