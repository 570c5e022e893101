// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux.Procfs;

/// <summary>Finds the processes that are one service: they descend from one that runs the same executable.</summary>
internal static class ProcessAncestry
{
    private const int MaxLevels = 32;

    /// <summary>The topmost ancestor reached through processes of the same executable; the process itself when there is none or it has no executable.</summary>
    public static ProcessIdentity FindGroup(ProcessReader reader, uint pid, ProcessStat stat, string exe)
    {
        if (exe.Length > 0)
        {
            for (int level = 0; level < MaxLevels && TryFindParent(reader, in stat, exe, out ProcessStat parent); level++)
                (pid, stat) = (stat.ParentPid, parent);
        }
        return new ProcessIdentity(pid, stat.StartBoottimeNs);
    }

    private static bool TryFindParent(ProcessReader reader, in ProcessStat child, string exe, out ProcessStat parent)
    {
        parent = default;
        // 0: the parent is outside the pid namespace, or the kernel.
        if (child.ParentPid == 0 || reader.ReadStat(child.ParentPid, out parent) != ProcfsStatus.Ok)
            return false;
        // No parent is younger than its child: the pid was reused since.
        return parent.StartTicks <= child.StartTicks
            && reader.ReadExe(child.ParentPid, out ExecutableLink link) == ProcfsStatus.Ok
            && link.Path == exe;
    }
}
