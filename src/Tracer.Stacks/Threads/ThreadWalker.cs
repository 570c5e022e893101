// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Procfs;
using Tracer.Stacks.Runtimes;

namespace Tracer.Stacks.Threads;

/// <summary>
/// Walks the stacks of the threads of one process from outside, while they run or wait: reads memory, stops nothing. For one look and one thread at a time.
/// </summary>
public sealed class ThreadWalker : IDisposable
{
    private readonly TargetProcess _process;
    private readonly Lazy<(StackWalker Machine, InterpreterLayout? List)> _walk;

    private ThreadWalker(TargetProcess process, ulong startBoottimeNs, RuntimeDirectory runtimes, UnwindTableCache tables)
    {
        _process = process;
        // Recognizing a runtime reads files: not before a stack is wanted.
        _walk = new Lazy<(StackWalker, InterpreterLayout?)>(() => Prepare(process, runtimes.Look(process.Pid, startBoottimeNs), tables), isThreadSafe: false);
    }

    /// <summary>Opens a process, if it is the one that started then.</summary>
    public static ProcfsStatus Open(
        ProcfsRoot root, uint pid, ulong startBoottimeNs, RuntimeDirectory runtimes, UnwindTableCache tables, out ThreadWalker? walker)
    {
        walker = null;
        ProcfsStatus status = TargetProcess.Open(root, pid, startBoottimeNs, out TargetProcess? process);
        if (status == ProcfsStatus.Ok && process is not null)
            walker = new ThreadWalker(process, startBoottimeNs, runtimes, tables);
        return status;
    }

    /// <summary>Walks the stack of one of its threads.</summary>
    public ThreadStack Walk(uint tid, in ThreadRegisters registers)
    {
        ThreadStack stack = _walk.Value.Machine.Walk(registers);
        if (_walk.Value.List is not { } layout)
            return stack;
        bool isByThread = layout.RootKind != InterpreterRoot.Address;
        // A list that belongs to no thread is that of the only one that runs scripts.
        if (!isByThread && tid != _process.Pid)
            return stack;
        if (isByThread && registers.ThreadPointer is null)
            return stack with { Gaps = stack.Gaps | WalkGaps.NoThreadPointer };
        List<InterpreterFrame> frames = InterpreterWalk.Frames(_process, layout, registers.ThreadPointer.GetValueOrDefault(), out bool isCut);
        return stack with { Interpreter = [.. frames], Gaps = stack.Gaps | (isCut ? WalkGaps.InterpreterCut : WalkGaps.None) };
    }

    /// <summary>Fills the whole buffer from an address of the process.</summary>
    public bool TryRead(ulong address, Span<byte> buffer) => _process.TryRead(address, buffer);

    public void Dispose() => _process.Dispose();

    private static (StackWalker Machine, InterpreterLayout? List) Prepare(TargetProcess process, ProcessRuntimes runtimes, UnwindTableCache tables)
    {
        InterpreterLayout? layout = runtimes.ReadLayout();
        bool isList = layout is { RootKind: not (InterpreterRoot.None or InterpreterRoot.NativeFrames) };
        return (new StackWalker(process, new ProcessCode(process, tables, runtimes), layout), isList ? layout : null);
    }
}
