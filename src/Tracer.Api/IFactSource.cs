// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution;

namespace Tracer.Api;

/// <summary>
/// What the daemon knows beyond the socket records. Called from many threads at once and while locks are held: an answer comes from
/// a cache or is "not known", never from the kernel.
/// </summary>
public interface IFactSource : INameSource
{
    /// <summary>CLOCK_MONOTONIC of the begin of tracing.</summary>
    ulong TracingSinceKtimeNs { get; }

    /// <summary>Inode of the network namespace that <see cref="ReadKernelCounters"/> is about; 0: not known.</summary>
    uint CountersNetns => 0;

    /// <summary>When the last completed scan began; 0: none yet.</summary>
    ulong LastScanKtimeNs { get; }

    /// <summary>The cgroup v2 path, or an empty string.</summary>
    string FindCgroup(ulong cgroupId);

    /// <summary>May be slow: it is asked for by clients only, and never under a lock.</summary>
    DaemonStatus ReadStatus();

    DateTimeOffset ToWallClock(ulong ktimeNs);

    DateTimeOffset BootToWallClock(ulong boottimeNs);

    ulong NowKtimeNs();

    /// <summary>
    /// Asks a process itself. Takes seconds; called for a client that asked for just that, and never under a lock. Null: others are asking, too many.
    /// </summary>
    /// <param name="pid">The process.</param>
    /// <param name="mayStartListener">It may be signalled if it does not listen yet.</param>
    /// <param name="cancellationToken">The client has gone.</param>
    Task<ThreadDump?> DumpThreadsAsync(uint pid, bool mayStartListener, CancellationToken cancellationToken);

    /// <summary>
    /// Looks what threads do, without stopping them. Takes milliseconds, two or three seconds at most; asked for by clients only, and never under a lock. Null: too many are asking.
    /// </summary>
    /// <param name="pid">The process.</param>
    /// <param name="tids">Its threads; empty: all, up to a bound.</param>
    /// <param name="omitStacks">Only states.</param>
    /// <param name="cancellationToken">The client has gone.</param>
    Task<ThreadInspection?> InspectThreadsAsync(uint pid, IReadOnlyList<uint> tids, bool omitStacks, CancellationToken cancellationToken);

    /// <summary>How many descriptors each process has open now. Reads procfs: never under a lock. Processes that are gone are missing.</summary>
    IReadOnlyDictionary<ProcessKey, DescriptorFacts> ReadDescriptors(IReadOnlyCollection<ProcessKey> processes);

    /// <summary>Counters of the kernel's TCP since boot and since tracing began, of the daemon's network namespace. Reads procfs.</summary>
    IReadOnlyList<KernelCounterValue> ReadKernelCounters();

    /// <summary>
    /// Asks for a scan and ends when one that began after the call has reached the <see cref="EventHub"/>: then true.
    /// False: there will be none.
    /// </summary>
    Task<bool> RescanAsync(CancellationToken cancellationToken);
}
