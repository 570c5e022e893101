// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tracer.Linux.Interop;

namespace Tracer.Linux.Procfs;

/// <summary>Reads the memory of processes through /proc/PID/mem. Stateless.</summary>
public sealed class ProcessMemory(ProcfsRoot root)
{
    /// <summary>Fills the whole buffer from an address, or answers why not.</summary>
    public unsafe ProcfsStatus Read(uint pid, ulong address, Span<byte> buffer)
    {
        using SafeFileHandle memory = LibCFiles.open(root.PathOf(pid, "mem"), LinuxConstants.O_RDONLY | LinuxConstants.O_CLOEXEC, 0);
        if (memory.IsInvalid)
            return ProcfsRoot.FromErrno(Marshal.GetLastPInvokeError());

        fixed (byte* start = buffer)
        {
            nint got = LibCFiles.pread(memory, start, buffer.Length, unchecked((long)address));
            if (got == buffer.Length)
                return ProcfsStatus.Ok;
            return got < 0 ? ProcfsRoot.FromErrno(Marshal.GetLastPInvokeError()) : ProcfsStatus.ProcessGone;
        }
    }
}
