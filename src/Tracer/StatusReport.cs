// SPDX-License-Identifier: Apache-2.0
using System.Reflection;
using Tracer.Api;
using Tracer.Attribution;
using Tracer.Capture;
using Tracer.Inspection;
using Tracer.Linux;
using Tracer.Scenes;
using Tracer.Stacks.Threads;
using Tracer.Unwinding;
using Tracer.Wire;

namespace Tracer;

/// <summary>Everything a client can read about the daemon itself: hooks, every counter of a loss or refusal, every bound.</summary>
public sealed class StatusReport(
    CaptureSession session, EventPump pump, Enricher enricher, CodeLoader? loader, ThreadInspector inspector, HandoffQueue<PumpedItem> queue,
    ProcessDirectory processes, StackDirectory stacks, DescriptorCounts descriptors, ScanMarks scans, LedgerOptions ledger, string kernelRelease)
{
    private readonly DateTimeOffset _start = DateTimeOffset.UtcNow;

    public static string ProductVersion { get; } =
        Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    /// <summary>Null: no scene is ever saved.</summary>
    public SceneCounters? Scenes { get; init; }

    public bool CanScan => session.HasSnapshot;

    public DaemonStatus Read() => new(
        ProductVersion, _start, kernelRelease, (uint)Environment.ProcessId, session.Plan.Hooks,
        [
            .. KernelCounters(), .. PumpCounters(), .. LedgerCounters(), .. EndCounters(), .. LoaderCounters(), .. InspectionCounters(),
            .. CollectorCounters(), .. Scenes?.ReadCounters() ?? [],
        ],
        [.. Bounds()], LastScan());

    private DateTimeOffset? LastScan() =>
        scans.LastBeganKtimeNs == 0 ? null : ClockSet.Read().MonotonicToWallClock(scans.LastBeganKtimeNs);

    private IEnumerable<CounterValue> KernelCounters()
    {
        foreach ((TcpCounter counter, string name, string help) in CounterNames.Kernel)
            yield return new CounterValue(name, session.ReadCounter(counter), help);
        yield return new CounterValue("hook_runs_skipped", session.ReadSkippedRuns(), "state changes and ends of sockets lost because both programs of the hook were interrupted");
        yield return new CounterValue("other_hook_runs_skipped", session.ReadOtherSkippedRuns(), "runs of the other hooks lost in an interrupted run: a reset, a read or a close that is not known");
    }

    private IEnumerable<CounterValue> PumpCounters()
    {
        PumpCounters c = pump.Counters;
        yield return new CounterValue("records_read", c.Records, "records taken from the ring");
        yield return new CounterValue("transitions_published", c.Transitions, "state changes offered to subscribers");
        yield return new CounterValue("queue_dropped", c.QueueDropped, "changes that the enricher's queue refused; repeated when there is room");
        yield return new CounterValue("scans_failed", c.ScansFailed, "scans that could not be finished");
        yield return new CounterValue("namespaces_skipped", c.NamespacesSkipped, "network namespaces that a scan could not enter");
        yield return new CounterValue("process_watches_refused", c.ProcessWatchesRefused, "processes whose end is noticed by the next scan only");
        yield return new CounterValue("stacks_missed", enricher.StacksMissed, "stacks named by a record but not received; asked for again");
        yield return new CounterValue("stacks_not_improved", stacks.NotImproved, "stacks whose missing names are not asked for again: too many others wait");
        foreach (DecodeStatus reason in Enum.GetValues<DecodeStatus>().Where(r => r != DecodeStatus.Ok))
            yield return new CounterValue($"rejected_{CounterNames.SnakeCase(reason.ToString())}", c.Rejected(reason), "records that could not be decoded");
    }

    private IEnumerable<CounterValue> LedgerCounters()
    {
        LedgerCounters c = pump.Ledger;
        yield return new CounterValue("scans", c.Scans, "scans of all sockets and descriptors");
        yield return new CounterValue("entries_found_by_scan", c.EntriesFoundByScan, "sockets in CLOSE_WAIT whose event was lost");
        yield return new CounterValue("exits_found_by_scan", c.ExitsFoundByScan, "ends of CLOSE_WAIT whose event was lost");
        yield return new CounterValue("stale_rows", c.StaleRows, "scan rows older than what the ring had told");
        yield return new CounterValue("listeners_refused", c.RefusedListeners, "listeners beyond the bound");
        yield return new CounterValue("holders_refused", c.RefusedHolders, "descriptors beyond the bound");
        yield return new CounterValue("tombstones_refused", c.RefusedTombstones, "ends during a scan beyond the bound");
    }

    private IEnumerable<CounterValue> EndCounters()
    {
        LedgerCounters c = pump.Ledger;
        yield return new CounterValue("ends_closed", c.EndsClosed, "sockets that left CLOSE_WAIT because the program closed them");
        yield return new CounterValue("ends_shut_down", c.EndsShutDown, "sockets that left CLOSE_WAIT by shutdown() and stayed open");
        yield return new CounterValue("ends_process_exit", c.EndsProcessExit, "sockets that left CLOSE_WAIT because their last holder ended");
        yield return new CounterValue("ends_reset", c.EndsReset, "sockets that left CLOSE_WAIT by a reset from the peer");
        yield return new CounterValue("ends_timed_out", c.EndsTimedOut, "sockets that left CLOSE_WAIT because keepalive or retransmission gave up");
        yield return new CounterValue("ends_destroyed", c.EndsDestroyed, "sockets that an administrator destroyed in CLOSE_WAIT");
        yield return new CounterValue("ends_listener_closed", c.EndsListenerClosed, "sockets that left CLOSE_WAIT with the listener in whose queue they waited");
        yield return new CounterValue("ends_unknown", c.EndsUnknown, "sockets that left CLOSE_WAIT in a way that was not seen");
        yield return new CounterValue("left_open_released", c.Released, "descriptors left open after the end of their connection that were closed later");
    }

    private IEnumerable<CounterValue> LoaderCounters()
    {
        if (loader is null)
            yield break;
        yield return new CounterValue("code_requests_dropped", loader.Dropped, "requests for unwind tables refused by the full queue; repeated");
        yield return new CounterValue("unwind_files_compiled", loader.Compiled, "files whose unwind rules were compiled");
        yield return new CounterValue("unwind_files_unreadable", loader.Unreadable, "mapped files that were gone or could not be opened");
        yield return new CounterValue("unwind_tables_refused", loader.Tables.Refused, "unwind tables that no room could be made for");
        yield return new CounterValue("unwind_preloaded", loader.IsPreloaded ? 1u : 0u, "1: everything that ran at the start has been looked at");
        yield return new CounterValue("unwind_processes", loader.Targets, "looks at a process for interpreters and generated code");
        yield return new CounterValue("unwind_processes_refused", loader.TargetsRefused, "processes whose interpreter is not walked: the table was full");
    }

    private IEnumerable<CounterValue> InspectionCounters()
    {
        InspectionCounters c = inspector.Counters;
        yield return new CounterValue("thread_inspections", c.Inspections, "looks at what the threads of a process do");
        yield return new CounterValue("thread_inspections_refused", c.Refused, "looks not taken: too many others waited, or for too long");
        yield return new CounterValue("thread_inspections_timed_out", c.TimedOut, "looks that were answered before they were over");
        yield return new CounterValue("thread_inspections_truncated", c.Truncated, "looks at processes with more threads than are listed");
        yield return new CounterValue("thread_stacks_skipped", c.StacksSkipped, "threads without a stack: too many, or no time left");
        yield return new CounterValue("thread_registers_failed", c.Fallbacks, "looks for which the kernel side gave no registers");
        yield return new CounterValue("thread_tables_compiled", inspector.ReadTableUsage().Compilations, "files whose unwind rules were compiled for a look");
    }

    private static IEnumerable<CounterValue> CollectorCounters()
    {
        for (int generation = 0; generation <= GC.MaxGeneration; generation++)
            yield return new CounterValue($"collections_gen{generation}", (ulong)GC.CollectionCount(generation), $"collections of the managed heap up to generation {generation}");
        yield return new CounterValue("collection_pause_us", (ulong)GC.GetTotalPauseDuration().TotalMicroseconds, "microseconds for which collections stopped every thread");
    }

    private IEnumerable<BoundValue> Bounds()
    {
        LedgerCounters c = pump.Ledger;
        yield return new BoundValue("ring_bytes", session.Ring.Available, session.Ring.Size, session.ReadCounter(TcpCounter.EventsLost));
        yield return new BoundValue("sockets", c.Tracked, (ulong)ledger.MaxSockets, c.RefusedSockets);
        yield return new BoundValue("left_open_sockets", c.LeftOpen, (ulong)ledger.MaxLeftOpen, c.RefusedLeftOpen);
        yield return new BoundValue("listeners", c.Listeners, (ulong)ledger.MaxListeners, c.RefusedListeners);
        yield return new BoundValue("enricher_queue", (ulong)queue.Count, (ulong)queue.Capacity, pump.Counters.QueueDropped);
        yield return new BoundValue("processes", (ulong)processes.Count, (ulong)processes.Limit, processes.Evicted);
        yield return new BoundValue("descriptor_counts", (ulong)descriptors.Count, (ulong)descriptors.Limit, descriptors.Skipped);
        if (loader is not null)
        {
            yield return new BoundValue("unwind_rows", (ulong)loader.Tables.RowsUsed, (ulong)loader.Tables.RowLimit, loader.Tables.Evictions);
            yield return new BoundValue("unwind_tables", (ulong)loader.Tables.Count, (ulong)loader.Tables.TableLimit, loader.Tables.Refused);
            yield return new BoundValue("unwind_queue", (ulong)loader.QueueCount, (ulong)loader.QueueCapacity, loader.Dropped);
        }
        if (Scenes is not null)
            yield return Scenes.Bound;
        UnwindTableUsage tables = inspector.ReadTableUsage();
        yield return new BoundValue("thread_inspection_queue", (ulong)inspector.Waiting, (ulong)inspector.MaxWaiting, inspector.Counters.Refused);
        yield return new BoundValue("thread_table_bytes", (ulong)tables.Bytes, (ulong)tables.MaxBytes, tables.Evictions);
        yield return new BoundValue("stacks", (ulong)stacks.Count, (ulong)stacks.Limit, stacks.Evicted);
    }
}
