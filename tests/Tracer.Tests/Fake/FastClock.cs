// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Tests.Fake;

/// <summary>Shows one moment; its timers run a hundred times as fast as they should.</summary>
internal sealed class FastClock : TimeProvider
{
    private const int Speed = 100;

    public override DateTimeOffset GetUtcNow() => Samples.Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / Speed : dueTime, period);
}
