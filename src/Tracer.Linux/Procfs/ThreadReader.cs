// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Text;
using System.Globalization;

namespace Tracer.Linux.Procfs;

/// <summary>Reads what the threads of processes do, from /proc/PID/task/TID. Stateless; nothing is stopped.</summary>
public sealed class ThreadReader(ProcfsRoot root)
{
    private const int MaxStatBytes = 4096;
    private const int MaxStatusBytes = 16 * 1024;
    private const int MaxNameBytes = 256;

    /// <summary>Reads state, wait channel and system call. What may not be read, or is gone before all is read, is left empty.</summary>
    public ProcfsStatus Read(uint pid, uint tid, out ThreadStatus thread)
    {
        thread = default;
        ProcfsStatus status = root.Read(pid, FileOf(tid, "stat"), MaxStatBytes, out byte[] text);
        if (status != ProcfsStatus.Ok)
            return status;
        if (!ProcessStat.TryParse(text, out ProcessStat stat))
            return ProcfsStatus.Malformed;
        thread = new ThreadStatus(tid, stat.Comm, stat.State, ReadWaitChannel(pid, tid), ReadSyscall(pid, tid));
        return ProcfsStatus.Ok;
    }

    /// <summary>Reads where a thread is.</summary>
    public SyscallState ReadSyscall(uint pid, uint tid) =>
        root.Read(pid, FileOf(tid, "syscall"), MaxNameBytes, out byte[] text) == ProcfsStatus.Ok ? SyscallState.Parse(text) : default;

    /// <summary>Reads how often a thread left a processor; null when that is not known.</summary>
    public ulong? ReadSwitches(uint pid, uint tid) =>
        root.Read(pid, FileOf(tid, "status"), MaxStatusBytes, out byte[] text) == ProcfsStatus.Ok ? ParseSwitches(text) : null;

    /// <summary>Where a descriptor of a thread leads; threads may have tables of their own.</summary>
    public ProcfsStatus ReadDescriptor(uint pid, uint tid, uint fd, out DescriptorLink link)
    {
        ProcfsStatus status = root.ReadLink(pid, FileOf(tid, string.Create(CultureInfo.InvariantCulture, $"fd/{fd}")), out byte[] target);
        link = DescriptorLink.Parse(target);
        return status;
    }

    internal static ulong? ParseSwitches(ReadOnlySpan<byte> status)
    {
        ulong? voluntary = null;
        ulong? forced = null;
        foreach (Range range in status.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = status[range];
            if (line.StartsWith("voluntary_ctxt_switches:\t"u8))
                voluntary = Number(line[25..]);
            else if (line.StartsWith("nonvoluntary_ctxt_switches:\t"u8))
                forced = Number(line[28..]);
        }

        return voluntary + forced;
    }

    internal static string ParseWaitChannel(ReadOnlySpan<byte> text) => text.SequenceEqual("0"u8) ? "" : ControlText.Sanitize(text);

    private string ReadWaitChannel(uint pid, uint tid) =>
        root.Read(pid, FileOf(tid, "wchan"), MaxNameBytes, out byte[] text) == ProcfsStatus.Ok ? ParseWaitChannel(text.AsSpan().TrimEnd((byte)'\n')) : "";

    private static ulong? Number(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out ulong value, out int used) && used == text.Length ? value : null;

    private static string FileOf(uint tid, string file) => string.Create(CultureInfo.InvariantCulture, $"task/{tid}/{file}");
}
