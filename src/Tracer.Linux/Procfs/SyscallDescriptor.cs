// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux.Procfs;

/// <summary>Where the descriptor is that a system call is about.</summary>
public enum SyscallDescriptor
{
    None,
    FirstArgument,

    /// <summary>In the array of poll() and ppoll().</summary>
    Poll,

    /// <summary>In the sets of select() and pselect6().</summary>
    Select,
}
