// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Runtime.InteropServices;
using Tracer.Bpf.Ring;
using Xunit;

namespace Tracer.Bpf.Tests.Ring;

[Collection(KernelTests.Name)]
public sealed class DoorbellTests
{
    private const uint Seen = 0, Dropped = 1, Rung = 2;
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    [Fact]
    public void Every_record_arrives_once_and_in_order()
    {
        using BpfObject sample = SampleObject.LoadSample();
        using var ring = new RingReader(sample.Map("events"));
        using (sample.Attach(SampleObject.StateProgram))
            LoopbackTraffic.Connect(20);

        ulong next = 0;
        while (ring.TryRead(out ReadOnlySpan<byte> record))
        {
            Assert.Equal(16, record.Length);
            Assert.Equal(next++, MemoryMarshal.Read<ulong>(record));
            Assert.Equal(Environment.ProcessId, MemoryMarshal.Read<int>(record[8..]));
        }

        Assert.Equal(sample.Map("counters").SumPerCpu(Seen), next);
        Assert.True(next >= 60, $"20 connections made {next} records");
    }

    [Fact]
    public void A_full_ring_drops_and_counts_and_goes_on_after_release()
    {
        using BpfObject sample = SampleObject.OpenSample();
        sample.SetMapMaxEntries("events", (uint)Environment.SystemPageSize);
        sample.Load();
        using var ring = new RingReader(sample.Map("events"));
        BpfMap counters = sample.Map("counters");
        using BpfLink link = sample.Attach(SampleObject.StateProgram);

        ulong received = 0;
        for (int round = 0; round < 3; round++)
        {
            ulong droppedBefore = counters.SumPerCpu(Dropped);
            LoopbackTraffic.Connect((int)ring.Size / 24); // more than fits: at least 3 records of 24 bytes each
            Assert.True(counters.SumPerCpu(Dropped) > droppedBefore);
            while (ring.TryRead(out _))
                received++;
            ring.Release();
        }

        Assert.Equal(counters.SumPerCpu(Seen), received + counters.SumPerCpu(Dropped));
    }

    [Fact]
    public void Discarded_records_of_the_kernel_are_skipped()
    {
        using BpfObject sample = SampleObject.OpenSample();
        sample.SetConstant("discard_every", 2ul);
        sample.Load();
        using var ring = new RingReader(sample.Map("events"));
        using (sample.Attach(SampleObject.StateProgram))
            LoopbackTraffic.Connect(10);

        int received = 0;
        while (ring.TryRead(out ReadOnlySpan<byte> record))
        {
            Assert.Equal(1ul, MemoryMarshal.Read<ulong>(record) % 2);
            received++;
        }

        Assert.Equal((int)sample.Map("counters").SumPerCpu(Seen) / 2, received);
    }

    [Fact]
    public async Task A_sleeping_reader_is_rung_by_the_first_record_only()
    {
        using var bench = new Bench();
        Task<WakeReason> sleeper = Task.Run(() => bench.Doorbell.Wait(Long), TestContext.Current.CancellationToken);
        await Until(() => bench.IsArmed && bench.Doorbell.Sleeps == 1);

        long start = Stopwatch.GetTimestamp();
        LoopbackTraffic.Connect(10);

        Assert.Equal(WakeReason.Records, await sleeper);
        Assert.True(Stopwatch.GetElapsedTime(start) < Long / 2);
        Assert.False(bench.IsArmed);
        Assert.Equal(1ul, bench.Object.Map("counters").SumPerCpu(Rung));
        Assert.True(bench.Ring.TryRead(out _));
    }

    [Fact]
    public void A_reader_with_records_waiting_does_not_sleep()
    {
        using var bench = new Bench();
        LoopbackTraffic.Connect(1);

        Assert.Equal(WakeReason.Records, bench.Doorbell.Wait(Long));
        Assert.Equal(0ul, bench.Doorbell.Sleeps);
        Assert.False(bench.IsArmed);
    }

    [Fact]
    public void A_quiet_ring_times_out_without_leaving_the_bell_armed()
    {
        using var bench = new Bench();

        Assert.Equal(WakeReason.TimedOut, bench.Doorbell.Wait(TimeSpan.FromMilliseconds(20)));
        Assert.Equal(1ul, bench.Doorbell.Sleeps);
        LoopbackTraffic.Connect(5);
        Assert.Equal(0ul, bench.Object.Map("counters").SumPerCpu(Rung));
    }

    [Fact]
    public void Resting_allocates_nothing()
    {
        using var bench = new Bench();
        var pacer = new RingPacer(dryNapsBeforeSleep: 1);
        long Rest()
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            pacer.Rest(records: 1, bench.Doorbell, TimeSpan.FromMilliseconds(1));
            pacer.Rest(records: 0, bench.Doorbell, TimeSpan.FromMilliseconds(1));
            pacer.Rest(records: 0, bench.Doorbell, TimeSpan.FromMilliseconds(1));
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Rest();

        Assert.Equal(0, Rest());
        Assert.Equal(2ul, bench.Doorbell.Sleeps);
    }

    [Fact]
    public void A_wake_up_before_the_sleep_is_not_lost_and_not_repeated()
    {
        using var bench = new Bench();
        bench.Doorbell.Wake();
        bench.Doorbell.Wake();

        Assert.Equal(WakeReason.Woken, bench.Doorbell.Wait(Long));
        Assert.Equal(WakeReason.TimedOut, bench.Doorbell.Wait(TimeSpan.FromMilliseconds(5)));
    }

    [Fact]
    public async Task A_record_that_comes_while_the_reader_falls_asleep_wakes_it()
    {
        const uint SynSent = 2; // one record per connection: no later one can make up for a lost wake-up
        using var bench = new Bench(SynSent);
        using var go = new SemaphoreSlim(0);
        Task producer = Task.Run(async () =>
        {
            for (int i = 0; i < 500; i++)
            {
                await go.WaitAsync(TestContext.Current.CancellationToken);
                LoopbackTraffic.Connect(1);
            }
        }, TestContext.Current.CancellationToken);

        for (int i = 0; i < 500; i++)
        {
            go.Release();
            Assert.Equal(WakeReason.Records, bench.Doorbell.Wait(Long));
            Assert.True(bench.Ring.TryRead(out ReadOnlySpan<byte> record));
            Assert.Equal((ulong)i, MemoryMarshal.Read<ulong>(record));
            while (bench.Ring.TryRead(out _) || !bench.Ring.IsEmpty)
            {
            }
        }

        await producer;
        Assert.True(bench.Doorbell.Sleeps > 10, $"the reader slept {bench.Doorbell.Sleeps} times only");
    }

    [Fact]
    public async Task The_pacer_sleeps_on_a_quiet_ring_and_naps_on_a_busy_one()
    {
        using var bench = new Bench();
        var pacer = new RingPacer(dryNapsBeforeSleep: 1);

        Assert.Equal(WakeReason.TimedOut, pacer.Rest(records: 1, bench.Doorbell, Long));
        Assert.Equal(WakeReason.TimedOut, pacer.Rest(records: 0, bench.Doorbell, Long));
        Assert.Equal(0ul, bench.Doorbell.Sleeps);
        Task<WakeReason> sleeper = Task.Run(() => pacer.Rest(records: 0, bench.Doorbell, Long), TestContext.Current.CancellationToken);
        await Until(() => bench.IsArmed);
        bench.Doorbell.Wake();
        Assert.Equal(WakeReason.Woken, await sleeper);
        LoopbackTraffic.Connect(1);
        Assert.Equal(WakeReason.Records, pacer.Rest(records: 0, bench.Doorbell, Long));
        Assert.Equal(WakeReason.TimedOut, pacer.Rest(records: 0, bench.Doorbell, Long));
        Assert.Equal(1ul, bench.Doorbell.Sleeps);
    }

    private static async Task Until(Func<bool> condition)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Long, "the condition did not become true in time");
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>The sample, attached, with its ring and doorbell.</summary>
    private sealed class Bench : IDisposable
    {
        private readonly BpfLink _link;
        private readonly MappedMap _bss;

        public Bench(uint onlyState = 0)
        {
            Object = SampleObject.OpenSample();
            Object.SetConstant("only_state", onlyState);
            Object.Load();
            BpfMap events = Object.Map("events");
            Ring = new RingReader(events);
            _bss = Object.MapData(".bss");
            Doorbell = new Doorbell(Ring, events, _bss, _bss.OffsetOf("control"));
            _link = Object.Attach(SampleObject.StateProgram);
        }

        public BpfObject Object { get; }

        public RingReader Ring { get; }

        public Doorbell Doorbell { get; }

        public bool IsArmed => Volatile.Read(ref _bss.At<uint>(_bss.OffsetOf("control"))) == 1;

        public void Dispose()
        {
            _link.Dispose();
            Doorbell.Dispose();
            _bss.Dispose();
            Ring.Dispose();
            Object.Dispose();
        }
    }
}
