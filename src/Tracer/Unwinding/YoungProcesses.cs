// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Unwinding;

/// <summary>
/// Processes to look at a moment later, and again as long as nothing is found: a program that has just begun has not loaded its interpreter, and
/// a server with many modules takes a while. Most that live shorter are none of ours. For one thread.
/// </summary>
public sealed class YoungProcesses(TimeProvider time)
{
    private const int MaxCount = 4096;

    private static readonly TimeSpan[] Pauses = [TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(700), TimeSpan.FromSeconds(3)];

    // One per pause, so that each is in the order of time.
    private readonly Queue<(long Timestamp, TcpCodeMapping Process)>[] _waiting = [.. Pauses.Select(_ => new Queue<(long, TcpCodeMapping)>())];

    public int Count => _waiting.Sum(queue => queue.Count);

    /// <summary>Until the next one is due; endless when there is none.</summary>
    public TimeSpan LongestWait
    {
        get
        {
            double least = double.PositiveInfinity;
            for (int looks = 0; looks < Pauses.Length; looks++)
            {
                if (_waiting[looks].TryPeek(out (long Timestamp, TcpCodeMapping Process) oldest))
                    least = Math.Min(least, (Pauses[looks] - time.GetElapsedTime(oldest.Timestamp)).TotalMilliseconds);
            }
            // A wait takes whole milliseconds, and one that ends too early is one more.
            return double.IsInfinity(least) ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(least)));
        }
    }

    /// <summary>Waits for the first time, or the time after so many looks; false when there is no room. After the last look: true, and forgotten.</summary>
    public bool TryAdd(in TcpCodeMapping process, int looks)
    {
        if (looks >= Pauses.Length)
            return true;
        if (Count >= MaxCount)
            return false;
        _waiting[looks].Enqueue((time.GetTimestamp(), process));
        return true;
    }

    /// <summary>Takes one whose time has come.</summary>
    /// <param name="looks">With the one that is due now.</param>
    public bool TryTake(out TcpCodeMapping process, out int looks)
    {
        for (looks = 1; looks <= Pauses.Length; looks++)
        {
            Queue<(long Timestamp, TcpCodeMapping Process)> queue = _waiting[looks - 1];
            if (!queue.TryPeek(out (long Timestamp, TcpCodeMapping Process) oldest) || time.GetElapsedTime(oldest.Timestamp) < Pauses[looks - 1])
                continue;
            queue.Dequeue();
            process = oldest.Process;
            if (!HasLaterProgram(oldest))
                return true;
            looks = 0; // from the front: the queue has another head now
        }
        process = default;
        return false;
    }

    // A shell that became the program has other memory: what it was told of would be set for memory that is gone.
    private bool HasLaterProgram((long Timestamp, TcpCodeMapping Process) taken) =>
        Array.Exists(_waiting, queue => queue.Any(other => other.Timestamp >= taken.Timestamp
            && other.Process.Pid == taken.Process.Pid && other.Process.AddressSpace != taken.Process.AddressSpace));
}
