// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Inspection;

/// <summary>What looks at threads did and left out. Any thread reads.</summary>
public sealed class InspectionCounters
{
    private long _inspections;
    private long _refused;
    private long _timedOut;
    private long _truncated;
    private long _stacksSkipped;
    private long _fallbacks;

    /// <summary>Looks at the threads of a process.</summary>
    public ulong Inspections => Read(in _inspections);

    /// <summary>Not done: too many others waited, or for too long.</summary>
    public ulong Refused => Read(in _refused);

    /// <summary>Answered before they were over.</summary>
    public ulong TimedOut => Read(in _timedOut);

    /// <summary>Processes with more threads than are listed.</summary>
    public ulong Truncated => Read(in _truncated);

    /// <summary>Threads without a stack: more than are walked, or no time left.</summary>
    public ulong StacksSkipped => Read(in _stacksSkipped);

    /// <summary>The kernel side gave no registers, procfs had to do.</summary>
    public ulong Fallbacks => Read(in _fallbacks);

    internal void CountInspection() => Interlocked.Increment(ref _inspections);

    internal void CountRefused() => Interlocked.Increment(ref _refused);

    internal void CountTimedOut() => Interlocked.Increment(ref _timedOut);

    internal void CountTruncated() => Interlocked.Increment(ref _truncated);

    internal void CountStackSkipped() => Interlocked.Increment(ref _stacksSkipped);

    internal void CountFallback() => Interlocked.Increment(ref _fallbacks);

    private static ulong Read(in long counter) => (ulong)Volatile.Read(in counter);
}
