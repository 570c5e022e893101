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
    private bool _isAwakened;

    /// <summary>So many records in one drain are worth a longer nap: each wake-up of this thread brings those of the threads behind it.</summary>
    public const int ManyRecords = 64;

    /// <summary>How long to nap: twice the delay that a record sees on average while the reader is awake.</summary>
    public static readonly TimeSpan NapTime = TimeSpan.FromMicroseconds(500);

    /// <summary>The same after <see cref="ManyRecords"/>.</summary>
    public static readonly TimeSpan LongNapTime = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// The same after the doorbell: what rings it is the first record of a burst, of which a reader that is quick to wake finds no more, and the next nine of a
    /// connection would wait for the end of a whole nap.
    /// </summary>
    public static readonly TimeSpan FirstNapTime = TimeSpan.FromMicroseconds(50);

    /// <summary>How long to nap now, after a drain of so many records: once after a ring it is short.</summary>
    public TimeSpan NextNap(int records)
    {
        bool isFirst = _isAwakened;
        _isAwakened = false;
        if (records >= ManyRecords)
            return LongNapTime;
        return isFirst ? FirstNapTime : NapTime;
    }

    /// <summary>The doorbell has rung.</summary>
    public void Awaken()
    {
        _dryNaps = 0;
        _isAwakened = true;
    }

    /// <summary>Called after each drain with what it found. True: sleep at the doorbell; false: nap.</summary>
    public bool ShouldSleep(int records)
    {
        if (records > 0)
            _dryNaps = 0;
        else if (_dryNaps < dryNapsBeforeSleep)
            _dryNaps++;
        else
            return true;
        return false;
    }

    /// <summary>What the last drain found comes alone and hurries nobody: the next rest is a sleep.</summary>
    public void SkipNaps() => _dryNaps = dryNapsBeforeSleep;

    /// <summary>Called after each drain: rests, then says why it ended. A nap counts as <see cref="WakeReason.TimedOut"/>.</summary>
    public WakeReason Rest(int records, Doorbell doorbell, TimeSpan longestSleep)
    {
        if (!ShouldSleep(records))
        {
            Doorbell.Nap(NextNap(records));
            return WakeReason.TimedOut;
        }
        WakeReason reason = doorbell.Wait(longestSleep);
        if (reason == WakeReason.Records)
            Awaken();
        return reason;
    }
}
