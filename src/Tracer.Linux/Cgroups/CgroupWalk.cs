// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Tracer.Linux.Procfs;

namespace Tracer.Linux.Cgroups;

/// <summary>Walks a cgroup hierarchy, breadth first and bounded.</summary>
internal static class CgroupWalk
{
    internal const int MaxDirectories = 64 * 1024;

    /// <summary>Reports inode number and path of every directory below the mount point, but not that itself.</summary>
    internal static void Run(string mountPoint, Action<ulong, string> found)
    {
        var pending = new Queue<string>();
        pending.Enqueue("");
        int count = 0;
        while (pending.TryDequeue(out string? parent))
        {
            DirectoryLister.Open(mountPoint + parent, out DirectoryLister? lister);
            if (lister is null)
                continue;
            using (lister)
            {
                while (lister.TryNext(out DirectoryEntry entry))
                {
                    if (!entry.IsDirectory)
                        continue;
                    if (++count > MaxDirectories)
                        return;
                    string path = $"{parent}/{Encoding.UTF8.GetString(entry.Name)}";
                    found(entry.Inode, ControlText.Sanitize(path));
                    pending.Enqueue(path);
                }
            }
        }
    }
}
