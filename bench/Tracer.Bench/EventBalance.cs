// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;

namespace Tracer.Bench;

/// <summary>State changes by the daemon's counters and by what its client has read. Differences between two of them mean something.</summary>
internal sealed record EventBalance(long Delivered, long Lost, long Unaccounted)
{
    private const int EqualReadings = 4; // a starved client may stand still for a while

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    /// <summary>Taken when nothing is under way any more: several readings are equal.</summary>
    public static async Task<EventBalance> Settled(Lab lab, Observer observer)
    {
        EventBalance last = await Read(observer);
        for (int equal = 1; equal < EqualReadings;)
        {
            await lab.Pause(Pause);
            (EventBalance before, last) = (last, await Read(observer));
            equal = before == last ? equal + 1 : 1;
        }

        return last;
    }

    /// <summary>The same after a load; what seems to be missing is waited for.</summary>
    public static async Task<EventBalance> After(Lab lab, Observer observer, EventBalance before)
    {
        Stopwatch clock = Stopwatch.StartNew();
        EventBalance after;
        do
            after = await Settled(lab, observer);
        while (after.Unaccounted != before.Unaccounted && clock.Elapsed < LongestWait);
        return after;
    }

    private static async Task<EventBalance> Read(Observer observer)
    {
        Dictionary<string, ulong> counters = await observer.Daemon!.Counters();
        TransitionReader client = observer.Client!;
        long produced = (long)(counters["transitions"] - counters["filtered"] + counters["hook_runs_skipped"]);
        // What the ring refuses is announced in the stream, as is what a subscriber's queue drops.
        return new EventBalance(client.Delivered, client.Lost, produced - client.Delivered - client.Lost);
    }
}
