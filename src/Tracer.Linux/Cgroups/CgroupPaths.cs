// SPDX-License-Identifier: Apache-2.0
using System.Collections.Concurrent;
using System.Text;
using Tracer.Linux.Interop;
using Tracer.Linux.Procfs;

namespace Tracer.Linux.Cgroups;

/// <summary>
/// Turns cgroup v2 ids, as BPF sees them, into paths below the cgroup2 mount and back. An id is the inode number of the directory and is not
/// given out again while the system runs, so an answer stays right after its cgroup is gone. Any thread may ask.
/// </summary>
public sealed class CgroupPaths
{
    private const int MaxCached = 64 * 1024;
    private const int MaxMountsBytes = 1024 * 1024;
    private static readonly TimeSpan MinWalkInterval = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<ulong, string> _paths = new();
    private readonly CgroupHandles _handles;
    private readonly Lazy<bool> _hasHandles;
    private readonly TimeProvider _time;
    private readonly Lock _walkLock = new();
    private long? _lastWalk;

    public CgroupPaths(ProcfsRoot root, string mountPoint, TimeProvider? time = null)
    {
        MountPoint = mountPoint;
        _time = time ?? TimeProvider.System;
        _handles = new CgroupHandles(root, mountPoint);
        // Old kernels and missing capabilities cannot be told from a cgroup that is gone by errno alone. The root is never gone.
        _hasHandles = new Lazy<bool>(() => IdOf("/") is { } rootId && _handles.Resolve(rootId) == "/");
    }

    public string MountPoint { get; }

    /// <summary>Finds the cgroup2 mount of this mount namespace; null when there is none.</summary>
    public static CgroupPaths? Find(ProcfsRoot root)
    {
        root.Read("self/mounts", MaxMountsBytes, out byte[] mounts);
        return FindMount(mounts) is { } mountPoint ? new CgroupPaths(root, mountPoint) : null;
    }

    /// <summary>The path of a cgroup, sanitized, "/" for the root; empty when it is not known. Answers from memory and never waits.</summary>
    public string FindCached(ulong id) => _paths.TryGetValue(id, out string? path) ? path : "";

    /// <summary>The path of a cgroup, sanitized, "/" for the root; empty when there is no such cgroup. May read the hierarchy.</summary>
    public string Resolve(ulong id)
    {
        if (id == 0)
            return "";
        if (_paths.TryGetValue(id, out string? known))
            return known;
        if (!_hasHandles.Value)
        {
            Walk();
            return FindCached(id);
        }

        // Where handles work their answer is final: without a path the cgroup is gone.
        string path = _handles.Resolve(id);
        if (path.Length > 0)
            Remember(id, path);
        return path;
    }

    /// <summary>The id of a path below the mount; null when there is no such cgroup.</summary>
    public ulong? IdOf(string path)
    {
        int result = LibCFiles.statx(
            LinuxConstants.AT_FDCWD, MountPoint + path, LinuxConstants.AT_SYMLINK_NOFOLLOW, LinuxConstants.STATX_BASIC_STATS, out LinuxStatx status);
        return result == 0 && (status.Mode & LinuxConstants.S_IFMT) == LinuxConstants.S_IFDIR ? status.Inode : null;
    }

    internal static string? FindMount(ReadOnlySpan<byte> mounts)
    {
        foreach (Range range in mounts.Split((byte)'\n'))
        {
            string[] fields = Encoding.UTF8.GetString(mounts[range]).Split(' ');
            if (fields is [_, var mountPoint, "cgroup2", ..])
                return Unescape(mountPoint);
        }

        return null;
    }

    // A lock that is held means a walk is under way: its result is as fresh as another one's would be.
    private void Walk()
    {
        lock (_walkLock)
        {
            if (_lastWalk is { } last && _time.GetElapsedTime(last) < MinWalkInterval)
                return;
            _lastWalk = _time.GetTimestamp();
            if (IdOf("/") is { } rootId)
                Remember(rootId, "/");
            CgroupWalk.Run(MountPoint, Remember);
        }
    }

    private void Remember(ulong id, string path)
    {
        // Containers come and go: starting over is cheaper than to know which are gone.
        if (_paths.Count >= MaxCached)
            _paths.Clear();
        _paths[id] = path;
    }

    // The kernel writes space, tab, newline and backslash in a mount point as three octal digits.
    private static string Unescape(string field) => field
        .Replace("\\040", " ", StringComparison.Ordinal)
        .Replace("\\011", "\t", StringComparison.Ordinal)
        .Replace("\\012", "\n", StringComparison.Ordinal)
        .Replace("\\134", "\\", StringComparison.Ordinal);
}
