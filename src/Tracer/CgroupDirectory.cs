// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Cgroups;

namespace Tracer;

/// <summary>Paths of the cgroups that sockets belong to, as far as there is a cgroup v2 tree. One thread learns, any thread asks.</summary>
public sealed class CgroupDirectory(CgroupPaths? paths)
{
    private const int Capacity = 8_192;

    private readonly BoundedCache<ulong, string> _paths = new(Capacity);

    public int Count => _paths.Count;

    public int Limit => _paths.Limit;

    public ulong Evicted => _paths.Evicted;

    /// <summary>An empty string: not known.</summary>
    public string Find(ulong cgroupId) => _paths.TryGet(cgroupId, out string? path) ? path : "";

    public void Learn(ulong cgroupId)
    {
        if (cgroupId != 0 && !_paths.TryGet(cgroupId, out _))
            _paths.Set(cgroupId, paths?.Resolve(cgroupId) ?? "");
    }

    /// <summary>Id of a cgroup v2 path; 0: there is no such cgroup now.</summary>
    public ulong IdOf(string path) => paths?.IdOf(path) ?? 0;
}
