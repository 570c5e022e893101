// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tracer.Linux.Interop;

namespace Tracer.Linux.Procfs;

/// <summary>
/// The memory of one process, kept open for many reads. It stays the memory of the program that ran when it was opened: after exec() reads fail.
/// </summary>
public sealed class OpenedMemory : IDisposable
{
    private readonly SafeFileHandle _memory;

    private OpenedMemory(SafeFileHandle memory) => _memory = memory;

    /// <summary>Opens /proc/PID/mem for reading; nothing stops or touches the process.</summary>
    public static ProcfsStatus Open(ProcfsRoot root, uint pid, out OpenedMemory? memory)
    {
        memory = null;
        SafeFileHandle opened = LibCFiles.open(root.PathOf(pid, "mem"), LinuxConstants.O_RDONLY | LinuxConstants.O_CLOEXEC, 0);
        if (opened.IsInvalid)
        {
            opened.Dispose();
            return ProcfsRoot.FromErrno(Marshal.GetLastPInvokeError());
        }

        memory = new OpenedMemory(opened);
        return ProcfsStatus.Ok;
    }

    /// <summary>Reads up to the end of what is mapped; 0 when nothing is.</summary>
    public unsafe int ReadSome(ulong address, Span<byte> buffer)
    {
        if (address > long.MaxValue)
            return 0;
        fixed (byte* start = buffer)
        {
            while (true)
            {
                nint got = LibCFiles.pread(_memory, start, buffer.Length, (long)address);
                if (got >= 0)
                    return (int)got;
                if (Marshal.GetLastPInvokeError() != LinuxConstants.EINTR)
                    return 0;
            }
        }
    }

    public void Dispose() => _memory.Dispose();
}
