// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Runtimes;

/// <summary>
/// How often a process may be asked again: at once the first time, then after pauses that double up to a bound. A program that has just started
/// compiles new code every moment; one that runs has the bound, however many addresses nobody can name.
/// </summary>
internal sealed class RefreshPacing(TimeProvider time, TimeSpan firstPause, TimeSpan longestPause)
{
    /// <summary>How often it was too early: what was asked for then may be known later.</summary>
    internal int Refusals { get; private set; }

    private TimeSpan _pause = TimeSpan.Zero;
    private long _last;

    /// <summary>True when it is time; the next pause begins now.</summary>
    internal bool TryBegin()
    {
        if (_pause > TimeSpan.Zero && time.GetElapsedTime(_last) < _pause)
        {
            Refusals++;
            return false;
        }

        _last = time.GetTimestamp();
        _pause = _pause == TimeSpan.Zero ? firstPause : TimeSpan.FromTicks(Math.Min(_pause.Ticks * 2, longestPause.Ticks));
        return true;
    }

    /// <summary>The last attempt cost much and gave nothing: the next one comes after the longest pause.</summary>
    internal void SlowDown() => _pause = longestPause;
}
