// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Tracer.Linux.Procfs;
using Tracer.Stacks.Runtimes;
using Tracer.Stacks.Threads;

namespace Tracer.Stacks.Tests.Threads;

/// <summary>Walks and names the threads of a running target from outside, with the registers that procfs has.</summary>
internal sealed class WalkedTarget : IDisposable
{
    private static readonly ProcfsRoot Root = new();
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly RuntimeDirectory _runtimes = new(Root, LanguageRuntimes.Detectors);
    private readonly Symbolizer _symbolizer;
    private readonly uint _pid;

    internal WalkedTarget(uint pid)
    {
        _pid = pid;
        _symbolizer = new Symbolizer(Root, runtimes: _runtimes);
    }

    internal UnwindTableCache Tables { get; } = new();

    /// <summary>Functions of a thread, innermost first, as soon as they have these in this order; and the file and line of the last of them.</summary>
    internal List<ResolvedFrame> Until(uint tid, ulong? threadPointer, params string[] functions)
    {
        List<ResolvedFrame> frames = [];
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < Patience; Thread.Yield())
        {
            frames = Name(tid, threadPointer);
            int next = 0;
            foreach (ResolvedFrame frame in frames)
            {
                if (next < functions.Length && frame.Function.StartsWith(functions[next], StringComparison.Ordinal))
                    next++;
            }

            if (next == functions.Length)
                return frames;
        }

        throw new InvalidOperationException($"never {string.Join(" < ", functions)}; last: {string.Join(" < ", frames.Select(frame => $"{frame.Function}:{frame.Line}"))}");
    }

    internal ThreadStack? Walk(uint tid, ulong? threadPointer)
    {
        var reader = new ThreadReader(Root);
        SyscallState state = reader.ReadSyscall(_pid, tid);
        if (state.Activity is not (ThreadActivity.InSyscall or ThreadActivity.Waiting) || new ProcessReader(Root).ReadStat(_pid, out ProcessStat stat) != ProcfsStatus.Ok
            || ThreadWalker.Open(Root, _pid, stat.StartBoottimeNs, _runtimes, Tables, out ThreadWalker? walker) != ProcfsStatus.Ok)
            return null;
        using (walker)
            return walker!.Walk(tid, new ThreadRegisters(state.InstructionPointer, state.StackPointer, null, threadPointer));
    }

    internal IEnumerable<uint> Threads()
    {
        var threads = new List<uint>();
        new DescriptorReader(Root).ReadThreads(_pid, 1000, threads);
        return threads;
    }

    public void Dispose()
    {
        _symbolizer.Dispose();
        _runtimes.Dispose();
    }

    private List<ResolvedFrame> Name(uint tid, ulong? threadPointer)
    {
        if (Walk(tid, threadPointer) is not { } stack || new ProcessReader(Root).ReadStat(_pid, out ProcessStat stat) != ProcfsStatus.Ok)
            return [];
        return [.. _symbolizer.Resolve(new UserStack(_pid, stat.StartBoottimeNs, stack.Addresses, stack.Interpreter, stack.End == WalkEnd.Complete)).Frames];
    }
}
