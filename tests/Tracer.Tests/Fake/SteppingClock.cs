// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Tests.Fake;

/// <summary>A clock that moves when told.</summary>
internal sealed class SteppingClock : TimeProvider
{
    private long _ticks = 1;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public void Advance(TimeSpan time) => _ticks += time.Ticks;
}
