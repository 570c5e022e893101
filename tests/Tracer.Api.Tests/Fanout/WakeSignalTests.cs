// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Tracer.Api.Fanout;
using Tracer.Api.Tests.Given;
using Xunit;

namespace Tracer.Api.Tests.Fanout;

public class WakeSignalTests
{
    [Fact]
    public async Task No_ring_is_missed()
    {
        const int Count = 20_000;
        using WakeSignal signal = new();
        int added = 0;
        int taken = 0;
        Task adding = Task.Run(
            async () =>
            {
                for (int i = 0; i < Count; i++)
                {
                    // Ahead of the sleeper or behind it, by turns.
                    if (i % 3 == 0)
                        await Task.Yield();
                    Interlocked.Increment(ref added);
                    signal.Ring();
                }
            },
            TestContext.Current.CancellationToken);
        CancellationToken deadline = Deadline.Token();
        while (taken < Count)
        {
            await signal.WaitAsync(() => Volatile.Read(ref added) > taken, TimeSpan.FromHours(1), deadline);
            taken = Math.Max(taken, Volatile.Read(ref added));
        }
        await adding;
    }

    [Fact]
    public async Task Sleeps_no_longer_than_asked()
    {
        using WakeSignal signal = new();
        Stopwatch watch = Stopwatch.StartNew();
        await signal.WaitAsync(static () => false, TimeSpan.FromMilliseconds(30), Deadline.Token());
        Assert.InRange(watch.ElapsedMilliseconds, 25, 10_000);
    }

    [Fact]
    public async Task Does_not_sleep_when_there_is_work()
    {
        using WakeSignal signal = new();
        ValueTask waiting = signal.WaitAsync(static () => true, TimeSpan.FromHours(1), Deadline.Token());
        Assert.True(waiting.IsCompletedSuccessfully);
        await waiting;
    }

    [Fact]
    public async Task Ringing_an_awake_stream_allocates_nothing_and_wakes_it_once_at_most()
    {
        using WakeSignal signal = new();
        signal.Ring();
        Assert.Equal(0, SteadyState.Allocated(() => signal.Ring()));

        Stopwatch watch = Stopwatch.StartNew();
        await signal.WaitAsync(static () => false, TimeSpan.FromMilliseconds(30), Deadline.Token());
        Assert.True(watch.ElapsedMilliseconds >= 25, "rings while awake must not end a later sleep");
    }
}
