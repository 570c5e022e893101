// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Tests.Unwinding;

/// <summary>A clock that stands still until it is told otherwise.</summary>
internal sealed class SteppedTime : TimeProvider
{
    private long _ticks = 1;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public void Advance(TimeSpan time) => _ticks += time.Ticks;
}
