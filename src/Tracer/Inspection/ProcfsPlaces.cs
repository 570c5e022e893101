// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Procfs;
using Tracer.Stacks.Threads;

namespace Tracer.Inspection;

/// <summary>What /proc/PID/task/TID/syscall has of the registers: stack and instruction pointer, of threads that wait.</summary>
public sealed class ProcfsPlaces(ProcfsRoot root) : IThreadPlaces
{
    private readonly ThreadReader _threads = new(root);

    public Dictionary<uint, ThreadPlace>? Read(uint pid, IReadOnlySet<uint> tids)
    {
        var places = new Dictionary<uint, ThreadPlace>();
        foreach (uint tid in tids)
        {
            SyscallState state = _threads.ReadSyscall(pid, tid);
            // Asked last: a thread that ran before that has a switch more in the next look.
            ulong? switches = _threads.ReadSwitches(pid, tid);
            if (state.Activity is ThreadActivity.Waiting or ThreadActivity.InSyscall)
                places[tid] = new ThreadPlace(new ThreadRegisters(state.InstructionPointer, state.StackPointer, null, null), IsRunning: false, switches);
        }

        return places;
    }
}
