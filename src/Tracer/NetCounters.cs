// SPDX-License-Identifier: Apache-2.0
using Tracer.Api;
using Tracer.Linux;
using Tracer.Linux.Procfs;

namespace Tracer;

/// <summary>Counters of the kernel's TCP, now and since this was made.</summary>
public sealed class NetCounters
{
    private readonly NetCounterReader _reader;
    private readonly Dictionary<string, ulong> _before;

    public NetCounters(ProcfsRoot procfs)
    {
        _reader = new NetCounterReader(procfs);
        NetworkNamespace.ReadInode(procfs, (uint)Environment.ProcessId, out uint netns);
        Netns = netns;
        _before = new Dictionary<string, ulong>(_reader.Read());
    }

    /// <summary>Inode of the network namespace they are of; 0: not known.</summary>
    public uint Netns { get; }

    public IReadOnlyList<KernelCounterValue> Read() => [.. _reader.Read().Select(now => new KernelCounterValue(now.Key, now.Value, Since(now.Key, now.Value)))];

    private ulong Since(string name, ulong now) => now - Math.Min(now, _before.GetValueOrDefault(name, now));
}
