// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux.Procfs;

/// <summary>What procfs says of one thread at a moment. Texts are sanitized.</summary>
/// <param name="Tid">In the reader's pid namespace.</param>
/// <param name="Comm">Its name.</param>
/// <param name="State">State letter, for example 'S' or 'D'.</param>
/// <param name="WaitChannel">Kernel function it waits in; empty: none, or not readable.</param>
/// <param name="Syscall">Where it is.</param>
public readonly record struct ThreadStatus(uint Tid, string Comm, char State, string WaitChannel, SyscallState Syscall)
{
    /// <summary>The state in a word; empty for a letter that the kernel has not had so far.</summary>
    public string StateName => State switch
    {
        'R' => "running",
        'S' => "sleeping",
        'D' => "disk sleep",
        'T' => "stopped",
        't' => "traced",
        'Z' or 'X' or 'x' => "zombie",
        'I' or 'P' => "idle",
        _ => "",
    };

    /// <summary>It has ended, and with it its stack.</summary>
    public bool IsZombie => State is 'Z' or 'X' or 'x';
}
