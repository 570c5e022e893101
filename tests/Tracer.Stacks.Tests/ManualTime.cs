// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Tests;

/// <summary>A clock that moves when told.</summary>
internal sealed class ManualTime : TimeProvider
{
    private long _ticks = 1;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    internal void Advance(TimeSpan time) => _ticks += time.Ticks;
}
