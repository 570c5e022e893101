// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Tracer.Linux.Interop;

namespace Tracer.Linux.Procfs;

/// <summary>
/// SIGQUIT for a process that catches it, and for no other: by default it kills. The process is held by descriptor, so its pid cannot become
/// another one's in between.
/// </summary>
public sealed class QuitSignal : IDisposable
{
    private const int MaxStatusBytes = 16 * 1024;

    private readonly SafeFileHandle _process;
    private readonly ProcfsRoot _root;
    private readonly uint _pid;

    private QuitSignal(SafeFileHandle process, ProcfsRoot root, uint pid)
    {
        _process = process;
        _root = root;
        _pid = pid;
    }

    /// <summary>Null when there is no such process, or the kernel is older than 5.3.</summary>
    public static QuitSignal? Open(ProcfsRoot root, uint pid)
    {
        SafeFileHandle process = LibCProcesses.pidfd_open(pid);
        if (!process.IsInvalid)
            return new QuitSignal(process, root, pid);
        process.Dispose();
        return null;
    }

    /// <summary>The process has a handler for it.</summary>
    public bool IsCaught() =>
        _root.Read(_pid, "status", MaxStatusBytes, out byte[] text) == ProcfsStatus.Ok && IsCaughtIn(text);

    /// <summary>Sends it, if the process catches it at this moment. The one who calls has made sure that the process is the right one.</summary>
    public bool TrySend() => IsCaught() && LibCProcesses.pidfd_send_signal(_process, LibCProcesses.SIGQUIT) == 0;

    public void Dispose() => _process.Dispose();

    internal static bool IsCaughtIn(ReadOnlySpan<byte> status)
    {
        foreach (Range range in status.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = status[range];
            if (line.StartsWith("SigCgt:\t"u8))
                return ulong.TryParse(line[8..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong mask)
                    && (mask & (1ul << (LibCProcesses.SIGQUIT - 1))) != 0;
        }

        return false;
    }
}
