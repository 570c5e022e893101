// SPDX-License-Identifier: Apache-2.0
using Tracer.Unwinding;
using Tracer.Wire;
using Xunit;

namespace Tracer.Tests.Unwinding;

public sealed class YoungProcessesTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Process_is_due_after_a_moment_and_again_while_nothing_is_found()
    {
        YoungProcesses young = new(_time);
        Assert.True(young.TryAdd(Process(1, 10), looks: 0));
        Assert.False(young.TryTake(out _, out _));
        for (int look = 1; look <= 3; look++)
        {
            _time.Pass(TimeSpan.FromSeconds(3));
            Assert.True(young.TryTake(out TcpCodeMapping process, out int looks));
            Assert.Equal((1u, look), (process.Pid, looks));
            Assert.True(young.TryAdd(in process, looks));
        }

        Assert.Equal(0, young.Count);
        Assert.Equal(Timeout.InfiniteTimeSpan, young.LongestWait);
    }

    [Fact]
    public void Shell_that_became_another_program_is_not_looked_at_for_the_memory_it_had()
    {
        YoungProcesses young = new(_time);
        young.TryAdd(Process(1, 10), looks: 0);
        young.TryAdd(Process(1, 20), looks: 0);
        _time.Pass(TimeSpan.FromSeconds(1));
        Assert.True(young.TryTake(out TcpCodeMapping process, out _));
        Assert.Equal(20ul, process.AddressSpace);
        Assert.False(young.TryTake(out _, out _));
    }

    [Fact]
    public void Nobody_is_woken_before_one_is_due()
    {
        YoungProcesses young = new(_time);
        young.TryAdd(Process(1, 10), looks: 2);
        Assert.Equal(TimeSpan.FromSeconds(3), young.LongestWait);
        _time.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.FromSeconds(2), young.LongestWait);
        young.TryAdd(Process(2, 20), looks: 0);
        Assert.Equal(TimeSpan.FromMilliseconds(300), young.LongestWait);
        _time.Pass(young.LongestWait);
        Assert.True(young.TryTake(out _, out _));
        _time.Pass(young.LongestWait);
        Assert.True(young.TryTake(out _, out _));
        Assert.Equal(Timeout.InfiniteTimeSpan, young.LongestWait);
    }

    [Fact]
    public void Number_of_processes_is_bounded()
    {
        YoungProcesses young = new(_time);
        uint pid = 1;
        while (young.TryAdd(Process(pid, pid), looks: 0) && pid < 100_000)
            pid++;
        Assert.Equal(4096, young.Count);
    }

    private static TcpCodeMapping Process(uint pid, ulong addressSpace) => new() { Pid = pid, AddressSpace = addressSpace };

    private sealed class ManualTime : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Pass(TimeSpan time) => _now += time.Ticks;
    }
}
