// SPDX-License-Identifier: Apache-2.0
using Tracer.Api;
using Tracer.Linux.Procfs;

namespace Tracer;

/// <summary>Counters of the kernel's TCP, now and since this was made.</summary>
public sealed class NetCounters
{
    private readonly NetCounterReader _reader;
    private readonly Dictionary<string, ulong> _before;

    public NetCounters(NetCounterReader reader)
    {
        _reader = reader;
        _before = new Dictionary<string, ulong>(reader.Read());
    }

    public IReadOnlyList<KernelCounterValue> Read() => [.. _reader.Read().Select(now => new KernelCounterValue(now.Key, now.Value, Since(now.Key, now.Value)))];

    // One of them, CurrEstab, may also fall.
    private ulong Since(string name, ulong now) => now - Math.Min(now, _before.GetValueOrDefault(name, now));
}
