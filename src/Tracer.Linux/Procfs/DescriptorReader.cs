// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Text;

namespace Tracer.Linux.Procfs;

/// <summary>Reads what the descriptors, threads and processes in procfs directories are. Stateless.</summary>
public sealed class DescriptorReader(ProcfsRoot root)
{
    private static ReadOnlySpan<byte> SocketPrefix => "socket:["u8;

    /// <summary>
    /// Adds the socket descriptors of a process to a list, looking at no more than <paramref name="maxDescriptors"/> descriptors of any kind;
    /// <paramref name="isTruncated"/> says that there are more.
    /// </summary>
    public ProcfsStatus ReadSockets(uint pid, int maxDescriptors, List<SocketDescriptor> sockets, out bool isTruncated)
    {
        isTruncated = false;
        ProcfsStatus status = DirectoryLister.Open(root.PathOf(pid, "fd"), out DirectoryLister? lister);
        if (lister is null)
            return status;

        using (lister)
        {
            Span<byte> target = stackalloc byte[64];
            int seen = 0;
            while (lister.TryNext(out DirectoryEntry entry))
            {
                isTruncated = ++seen > maxDescriptors;
                if (isTruncated)
                    return ProcfsStatus.Ok;
                if (!TryNumber(entry.Name, out uint fd))
                    continue;
                int length = lister.ReadLink(entry.Name, target);
                if (length > 0 && TrySocketInode(target[..length], out ulong inode))
                    sockets.Add(new SocketDescriptor(fd, inode));
            }

            return lister.Status;
        }
    }

    /// <summary>Counts the open descriptors of a process, up to a bound.</summary>
    public ProcfsStatus Count(uint pid, int maxDescriptors, out int count)
    {
        count = 0;
        ProcfsStatus status = DirectoryLister.Open(root.PathOf(pid, "fd"), out DirectoryLister? lister);
        if (lister is null)
            return status;
        using (lister)
        {
            // Since 6.2 the kernel says it in one call; before, and for none, the size is 0.
            if (!lister.TryReadProcfsSize(out ulong size) || size == 0)
                return CountNumbers(lister, maxDescriptors, null, out count);
            count = (int)Math.Min(size, (ulong)maxDescriptors);
            return ProcfsStatus.Ok;
        }
    }

    /// <summary>Adds the thread ids of a process to a list, up to a bound.</summary>
    public ProcfsStatus ReadThreads(uint pid, int maxThreads, List<uint> threads) => CountNumbers(root.PathOf(pid, "task"), maxThreads, threads, out _);

    /// <summary>Adds all process ids to a list, up to a bound.</summary>
    public ProcfsStatus ReadProcesses(int maxProcesses, List<uint> processes) => CountNumbers(root.Path, maxProcesses, processes, out _);

    internal static bool TrySocketInode(ReadOnlySpan<byte> target, out ulong inode)
    {
        inode = 0;
        return target.StartsWith(SocketPrefix) && target[^1] == (byte)']'
            && Utf8Parser.TryParse(target[SocketPrefix.Length..], out inode, out int used)
            && used == target.Length - SocketPrefix.Length - 1;
    }

    private static ProcfsStatus CountNumbers(string path, int max, List<uint>? numbers, out int count)
    {
        count = 0;
        ProcfsStatus status = DirectoryLister.Open(path, out DirectoryLister? lister);
        if (lister is null)
            return status;

        using (lister)
            return CountNumbers(lister, max, numbers, out count);
    }

    private static ProcfsStatus CountNumbers(DirectoryLister lister, int max, List<uint>? numbers, out int count)
    {
        count = 0;
        while (count < max && lister.TryNext(out DirectoryEntry entry))
        {
            if (!TryNumber(entry.Name, out uint number))
                continue;
            count++;
            numbers?.Add(number);
        }

        return lister.Status;
    }

    private static bool TryNumber(ReadOnlySpan<byte> name, out uint number) =>
        Utf8Parser.TryParse(name, out number, out int used) && used == name.Length;
}
