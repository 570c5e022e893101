// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Cgroups;

namespace Tracer.Linux.Procfs;

/// <summary>Reads facts about processes. Stateless, so any thread may use it.</summary>
public sealed class ProcessReader(ProcfsRoot root)
{
    /// <summary>Bytes of a command line that are kept.</summary>
    public const int MaxCmdlineBytes = 256;

    private const int MaxStatBytes = 4096;
    private const int MaxCommBytes = 256;
    private const int MaxStatusBytes = 16 * 1024;
    private const int MaxCgroupBytes = 64 * 1024;
    private const int MaxLimitsBytes = 8 * 1024;

    /// <summary>Reads /proc/PID/stat.</summary>
    public ProcfsStatus ReadStat(uint pid, out ProcessStat stat)
    {
        stat = default;
        ProcfsStatus status = root.Read(pid, "stat", MaxStatBytes, out byte[] text);
        if (status != ProcfsStatus.Ok)
            return status;
        return ProcessStat.TryParse(text, out stat) ? ProcfsStatus.Ok : ProcfsStatus.Malformed;
    }

    /// <summary>True when the pid still names the process that started then; false when it is gone, reused or unreadable.</summary>
    public bool IsSameProcess(uint pid, ulong startBoottimeNs) =>
        ReadStat(pid, out ProcessStat stat) == ProcfsStatus.Ok && stat.HasStarted(startBoottimeNs);

    /// <summary>Reads everything about whichever process has the pid now.</summary>
    public ProcfsStatus Read(uint pid, out ProcessDetails? details)
    {
        details = null;
        ProcfsStatus status = ReadStat(pid, out ProcessStat stat);
        return status == ProcfsStatus.Ok ? Read(pid, stat, out details) : status;
    }

    /// <summary>Reads everything about the process with this identity; a reused pid answers <see cref="ProcfsStatus.ProcessGone"/>.</summary>
    public ProcfsStatus Read(uint pid, ulong startBoottimeNs, out ProcessDetails? details)
    {
        details = null;
        ProcfsStatus status = ReadStat(pid, out ProcessStat stat);
        if (status != ProcfsStatus.Ok)
            return status;
        return stat.HasStarted(startBoottimeNs) ? Read(pid, stat, out details) : ProcfsStatus.ProcessGone;
    }

    /// <summary>Reads the name of the main thread.</summary>
    public ProcfsStatus ReadComm(uint pid, out string comm)
    {
        ProcfsStatus status = root.Read(pid, "comm", MaxCommBytes, out byte[] text);
        // One newline is the kernel's, any other belongs to the name.
        comm = ControlText.Sanitize(text is [.. var name, (byte)'\n'] ? name : text);
        return status;
    }

    /// <summary>Reads where the executable is. Kernel threads and zombies have none and answer <see cref="ProcfsStatus.ProcessGone"/>.</summary>
    public ProcfsStatus ReadExe(uint pid, out ExecutableLink exe)
    {
        ProcfsStatus status = root.ReadLink(pid, "exe", out byte[] target);
        exe = ExecutableLink.Parse(target);
        return status;
    }

    /// <summary>Reads the arguments, joined by spaces and cut off at <see cref="MaxCmdlineBytes"/>.</summary>
    public ProcfsStatus ReadCmdline(uint pid, out string cmdline)
    {
        ProcfsStatus status = root.Read(pid, "cmdline", MaxCmdlineBytes, out byte[] text);
        Span<byte> arguments = text.AsSpan().TrimEnd((byte)0);
        arguments.Replace((byte)0, (byte)' ');
        cmdline = ControlText.Sanitize(arguments[..WholeLength(arguments)]);
        return status;
    }

    /// <summary>Reads user id, namespace pid and capabilities.</summary>
    public ProcfsStatus ReadStatusFile(uint pid, out ProcessStatusFile file)
    {
        ProcfsStatus status = root.Read(pid, "status", MaxStatusBytes, out byte[] text);
        file = ProcessStatusFile.Parse(text);
        return status;
    }

    /// <summary>Reads in which cgroups the process is.</summary>
    public ProcfsStatus ReadCgroup(uint pid, out CgroupMembership membership)
    {
        ProcfsStatus status = root.Read(pid, "cgroup", MaxCgroupBytes, out byte[] text);
        membership = CgroupMembership.Parse(text);
        return status;
    }

    /// <summary>Reads how many descriptors the process may have open.</summary>
    public ProcfsStatus ReadDescriptorLimit(uint pid, out ResourceLimit limit)
    {
        limit = default;
        ProcfsStatus status = root.Read(pid, "limits", MaxLimitsBytes, out byte[] text);
        if (status != ProcfsStatus.Ok)
            return status;
        ResourceLimit? parsed = ResourceLimit.Parse(text, "Max open files"u8);
        limit = parsed.GetValueOrDefault();
        return parsed is null ? ProcfsStatus.Malformed : ProcfsStatus.Ok;
    }

    private ProcfsStatus Read(uint pid, in ProcessStat stat, out ProcessDetails? details)
    {
        ReadExe(pid, out ExecutableLink exe);
        ReadCmdline(pid, out string cmdline);
        ReadStatusFile(pid, out ProcessStatusFile file);
        ReadCgroup(pid, out CgroupMembership cgroup);
        ProcessIdentity group = ProcessAncestry.FindGroup(this, pid, stat, exe.Path);
        details = new ProcessDetails(
            pid, stat.StartBoottimeNs, stat.Comm, exe.Path, exe.IsDeleted, cmdline, file.EffectiveUid,
            cgroup.Path, cgroup.Unit, cgroup.ContainerId, file.NamespacePid.GetValueOrDefault(), stat.ThreadCount, group);

        // The pid may have changed hands between two of these reads: then the mixture is about nobody.
        if (ReadStat(pid, out ProcessStat after) == ProcfsStatus.Ok && after.StartTicks == stat.StartTicks)
            return ProcfsStatus.Ok;
        details = null;
        return ProcfsStatus.ProcessGone;
    }

    // The cut must not leave half a character, which would look like hostile bytes.
    private static int WholeLength(ReadOnlySpan<byte> text)
    {
        if (text.Length < MaxCmdlineBytes)
            return text.Length;
        for (int back = 1; back <= 4 && back <= text.Length; back++)
        {
            byte unit = text[^back];
            if ((unit & 0xC0) == 0x80)
                continue;
            int needed = unit >= 0xF0 ? 4 : unit >= 0xE0 ? 3 : unit >= 0xC0 ? 2 : 1;
            return needed > back ? text.Length - back : text.Length;
        }

        return text.Length;
    }
}
