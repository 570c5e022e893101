// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution.Findings.History;

/// <summary>When the sockets that are gone came and went, by the second, for the last minute.</summary>
internal sealed class RecentChanges
{
    private const int Seconds = 64;
    private const ulong SecondNs = 1_000_000_000;

    private readonly uint[] _came = new uint[Seconds];
    private readonly uint[] _went = new uint[Seconds];
    private ulong _newest;

    public static ulong SecondOf(ulong ktimeNs) => ktimeNs / SecondNs;

    /// <summary>One that came then, if that was under the tracer's eyes, and went.</summary>
    public void Add(ulong cameKtimeNs, bool isSeenComing, ulong wentKtimeNs)
    {
        Advance(SecondOf(wentKtimeNs));
        Count(_went, SecondOf(wentKtimeNs), 1);
        if (isSeenComing)
            Count(_came, SecondOf(cameKtimeNs), 1);
    }

    public void Add(RecentChanges other)
    {
        Advance(other._newest);
        for (ulong second = other.Oldest; second <= other._newest; second++)
        {
            Count(_came, second, other._came[second % Seconds]);
            Count(_went, second, other._went[second % Seconds]);
        }
    }

    /// <summary>How many came and went after that second.</summary>
    public (ulong Came, ulong Went) Since(ulong second)
    {
        ulong came = 0;
        ulong went = 0;
        for (ulong at = Math.Max(second + 1, Oldest); at <= _newest; at++)
        {
            came += _came[at % Seconds];
            went += _went[at % Seconds];
        }
        return (came, went);
    }

    private ulong Oldest => _newest < Seconds ? 0 : _newest - Seconds + 1;

    private void Count(uint[] counts, ulong second, uint count)
    {
        if (second >= Oldest && second <= _newest)
            counts[second % Seconds] += count;
    }

    private void Advance(ulong second)
    {
        if (second <= _newest)
            return;
        ulong from = second - _newest >= Seconds ? second - Seconds + 1 : _newest + 1;
        for (ulong at = from; at <= second; at++)
            (_came[at % Seconds], _went[at % Seconds]) = (0, 0);
        _newest = second;
    }
}
