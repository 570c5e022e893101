// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.Threads;

namespace Tracer.Inspection;

/// <summary>Where a thread was at a moment.</summary>
/// <param name="Registers">Of its last way into the kernel.</param>
/// <param name="IsRunning">It was on a processor: its registers are others by now.</param>
/// <param name="Switches">How often it had left a processor; null: not known.</param>
public readonly record struct ThreadPlace(ThreadRegisters Registers, bool IsRunning, ulong? Switches)
{
    /// <summary>It did not run between this and a later look.</summary>
    public bool StoodStillUntil(in ThreadPlace later) =>
        !IsRunning && !later.IsRunning && Switches is not null && Switches == later.Switches && Registers == later.Registers;
}
