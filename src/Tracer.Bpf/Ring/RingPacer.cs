// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Bpf.Ring;

/// <summary>
/// Decides how the consumer rests between two drains: a short nap while records come, a sleep behind the armed doorbell
/// once several naps in a row brought nothing. Time-paced bulk drains were measured fastest; a spinning reader is the slowest,
/// because it fights the producers for the position's cache lines.
/// </summary>
public sealed class RingPacer(int dryNapsBeforeSleep = RingPacer.DefaultDryNaps)
{
    public const int DefaultDryNaps = 4;

    private int _dryNaps;

    /// <summary>How long to nap: half the delay that a record may see while the reader is awake.</summary>
    public static readonly TimeSpan NapTime = TimeSpan.FromMicroseconds(500);

    /// <summary>Called after each drain with what it found. True: sleep at the doorbell; false: nap.</summary>
    public bool ShouldSleep(bool foundRecords)
    {
        if (foundRecords)
            _dryNaps = 0;
        else if (_dryNaps < dryNapsBeforeSleep)
            _dryNaps++;
        else
            return true;
        return false;
    }

    /// <summary>Called after each drain: rests, then says why it ended. A nap counts as <see cref="WakeReason.TimedOut"/>.</summary>
    public WakeReason Rest(bool foundRecords, Doorbell doorbell, TimeSpan longestSleep)
    {
        if (!ShouldSleep(foundRecords))
        {
            Doorbell.Nap(NapTime);
            return WakeReason.TimedOut;
        }
        WakeReason reason = doorbell.Wait(longestSleep);
        if (reason == WakeReason.Records)
            _dryNaps = 0;
        return reason;
    }
}
