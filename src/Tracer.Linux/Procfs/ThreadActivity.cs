// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux.Procfs;

/// <summary>Where a thread is, by /proc/PID/task/TID/syscall.</summary>
public enum ThreadActivity
{
    /// <summary>Not readable: gone, not permitted, or a kernel that does not say.</summary>
    Unknown,

    /// <summary>On a processor, or ready for one.</summary>
    Running,

    /// <summary>It waits in the kernel, but not for a system call: a page fault, for example.</summary>
    Waiting,
    InSyscall,
}
