// SPDX-License-Identifier: Apache-2.0
namespace Tracer;

/// <summary>The periods of the <see cref="EventPump"/>.</summary>
public sealed record PumpOptions
{
    /// <summary>Between two scans that repair what was lost, while sockets are in CLOSE_WAIT.</summary>
    public TimeSpan ScanPeriod { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Between two looks at ages, counters and holders, while there is anything to look at.</summary>
    public TimeSpan TickPeriod { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Somebody reads <see cref="EventPump.Listeners"/>.</summary>
    public bool KeepsListeners { get; init; }
}
