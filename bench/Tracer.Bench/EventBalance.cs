// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;

namespace Tracer.Bench;

/// <summary>State changes by the daemon's counters and by what its client has read. Differences between two of them mean something.</summary>
internal sealed record EventBalance(long Delivered, long Lost, long Unaccounted)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Taken when nothing is under way any more: two readings are equal.</summary>
    public static async Task<EventBalance> Settled(Lab lab, Observer observer)
    {
        EventBalance? last = null;
        return await Deadline.Until("no event is under way", async () =>
        {
            (EventBalance? before, last) = (last, await Read(observer));
            await lab.Pause(Pause);
            return before == last ? last : null;
        });
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
