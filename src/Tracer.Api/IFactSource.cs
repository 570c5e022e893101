// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution;

namespace Tracer.Api;

/// <summary>
/// What the daemon knows beyond the socket records. Called from many threads at once and while locks are held: an answer comes from
/// a cache or is "not known", never from the kernel.
/// </summary>
public interface IFactSource
{
    /// <summary>When the last completed scan began; 0: none yet.</summary>
    ulong LastScanKtimeNs { get; }

    /// <summary>Null: not known, or gone before it could be read.</summary>
    ProcessFacts? FindProcess(ProcessKey key);

    /// <summary>Null: no such stack, or no longer kept.</summary>
    StackReport? FindStack(ulong stackId);

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
    /// Asks for a scan and ends when one that began after the call has reached the <see cref="EventHub"/>: then true.
    /// False: there will be none.
    /// </summary>
    Task<bool> RescanAsync(CancellationToken cancellationToken);
}
