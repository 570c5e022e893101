// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;

namespace Tracer.Api.Streams;

/// <summary>Knows when a stream has been quiet long enough to need a heartbeat.</summary>
internal sealed class StreamPace(TimeSpan period)
{
    private long _lastSent = Stopwatch.GetTimestamp();

    /// <summary>Zero or less: it is due.</summary>
    public TimeSpan UntilHeartbeat => period - Stopwatch.GetElapsedTime(_lastSent);

    public bool IsHeartbeatDue => UntilHeartbeat <= TimeSpan.Zero;

    public void MarkSent() => _lastSent = Stopwatch.GetTimestamp();
}
