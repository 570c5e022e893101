// SPDX-License-Identifier: Apache-2.0
using Tracer.Api;
using Tracer.Attribution;
using Tracer.Inspection;
using Tracer.Wire;

namespace Tracer.Tests.Inspection;

/// <summary>Looks at real programs, with the registers that procfs has.</summary>
public sealed class ThreadInspectorTests
{
    private static readonly uint Self = (uint)Environment.ProcessId;

    [Fact]
    public async Task A_sleeping_program_has_its_system_call_and_its_whole_stack()
    {
        using var bench = new InspectionBench();
        uint pid = bench.Start("clock_nanosleep", "sleep", "1000");
        ThreadInspection inspection = await LookAsync(bench, pid);
        Assert.Equal((ThreadInspectionStatus.Ok, "", false), (inspection.Status, inspection.StatusText, inspection.IsTruncated));
        ThreadFacts thread = Assert.Single(inspection.Threads);
        Assert.Equal((pid, pid, "sleep", "sleeping", "clock_nanosleep"), (thread.Pid, thread.Tid, thread.Comm, thread.State, thread.Syscall));
        Assert.Equal((null, ""), (thread.SyscallFd, thread.SyscallTarget));
        Assert.Contains("nanosleep", thread.WaitChannel, StringComparison.Ordinal);
        Assert.Contains("nanosleep", thread.Frames[0].Function, StringComparison.Ordinal);
        Assert.Equal((TcpStackEnd.Complete, ""), (thread.End, thread.Limitation));
        Assert.Equal((1ul, 0ul), (bench.Inspector.Counters.Inspections, bench.Inspector.Counters.Fallbacks));
    }

    [Fact]
    public async Task What_a_program_reads_from_is_said()
    {
        using var bench = new InspectionBench();
        ThreadFacts thread = Assert.Single((await LookAsync(bench, bench.Start("read", "cat"))).Threads);
        Assert.Equal(("read", 0u, "pipe"), (thread.Syscall, thread.SyscallFd, thread.SyscallTarget));
    }

    [Fact]
    public async Task States_alone_are_read_when_stacks_are_not_wanted()
    {
        using var bench = new InspectionBench();
        uint pid = bench.Start("clock_nanosleep", "sleep", "1000");
        ThreadInspection? inspection = await bench.Inspector.InspectAsync(pid, [], omitStacks: true, TestContext.Current.CancellationToken);
        ThreadFacts thread = Assert.Single(inspection!.Threads);
        Assert.Equal(("clock_nanosleep", 0, ""), (thread.Syscall, thread.Frames.Count, thread.Limitation));
    }

    [Fact]
    public async Task Nobody_s_pid_and_a_thread_s_id_are_no_process()
    {
        using var bench = new InspectionBench();
        ThreadInspection inspection = await LookAsync(bench, int.MaxValue);
        Assert.Equal((ThreadInspectionStatus.NoProcess, "there is no such process"), (inspection.Status, inspection.StatusText));

        uint tid = Directory.GetDirectories("/proc/self/task").Select(path => uint.Parse(Path.GetFileName(path), null)).First(tid => tid != Self);
        inspection = await LookAsync(bench, tid);
        Assert.Equal((ThreadInspectionStatus.NoProcess, $"it is a thread of process {Self}"), (inspection.Status, inspection.StatusText));
    }

    [Fact]
    public async Task Only_the_threads_that_were_asked_for_are_listed_and_those_of_others_are_not()
    {
        using var bench = new InspectionBench();
        uint pid = bench.Start("clock_nanosleep", "sleep", "1000");
        ThreadInspection? inspection = await bench.Inspector.InspectAsync(pid, [pid, Self, pid, 0], omitStacks: true, TestContext.Current.CancellationToken);
        Assert.Equal([pid], inspection!.Threads.Select(thread => thread.Tid));
    }

    [Fact]
    public async Task A_kernel_thread_has_no_stack_and_says_why()
    {
        Assert.SkipUnless(File.Exists("/proc/2/comm") && File.ReadAllText("/proc/2/comm") == "kthreadd\n", "no kernel threads in this pid namespace");
        using var bench = new InspectionBench();
        ThreadFacts thread = Assert.Single((await LookAsync(bench, 2)).Threads);
        Assert.Equal(("kthreadd", 0), (thread.Comm, thread.Frames.Count));
        Assert.NotEqual("", thread.Limitation);
    }

    [Fact]
    public async Task More_threads_than_the_bounds_are_left_out_and_counted()
    {
        using var bench = new InspectionBench(new InspectionOptions { MaxThreads = 2, MaxStacks = 1 });
        ThreadInspection inspection = await LookAsync(bench, Self);
        Assert.True(inspection.IsTruncated);
        Assert.Equal(2, inspection.Threads.Count);
        Assert.Equal("there are too many threads to walk them all", Assert.Single(inspection.Threads, thread => thread.Tid != Self).Limitation);
        Assert.Equal((1ul, 1ul), (bench.Inspector.Counters.Truncated, bench.Inspector.Counters.StacksSkipped));
    }

    [Fact]
    public async Task When_the_time_is_over_states_are_left()
    {
        using var bench = new InspectionBench(new InspectionOptions { Patience = TimeSpan.Zero });
        ThreadFacts thread = Assert.Single((await LookAsync(bench, bench.Start("read", "cat"))).Threads);
        Assert.Equal(("read", 0, "the time for one look was over"), (thread.Syscall, thread.Frames.Count, thread.Limitation));
        Assert.Equal((1ul, 0ul), (bench.Inspector.Counters.StacksSkipped, bench.Inspector.Counters.TimedOut));
    }

    [Fact]
    public async Task A_thread_that_ran_meanwhile_is_looked_at_again_and_then_marked()
    {
        ulong switches = 0;
        var places = new GivenPlaces((_, found) => found.ToDictionary(pair => pair.Key, pair => pair.Value with { Switches = ++switches }));
        using var bench = new InspectionBench(places: places);
        ThreadFacts thread = Assert.Single((await LookAsync(bench, bench.Start("read", "cat"))).Threads);
        Assert.Equal("it ran meanwhile: frames may be of different moments", thread.Limitation);
        Assert.NotEmpty(thread.Frames);
        Assert.Equal(3, places.Looks);
    }

    [Fact]
    public async Task A_thread_that_stands_still_the_second_time_is_not_marked()
    {
        var places = new GivenPlaces((look, found) => found.ToDictionary(pair => pair.Key, pair => pair.Value with { IsRunning = look == 1 }));
        using var bench = new InspectionBench(places: places);
        Assert.Equal("", Assert.Single((await LookAsync(bench, bench.Start("read", "cat"))).Threads).Limitation);
        Assert.Equal(3, places.Looks);
    }

    [Fact]
    public async Task Where_the_kernel_side_gives_no_registers_procfs_does()
    {
        using var bench = new InspectionBench(places: new GivenPlaces((_, _) => null));
        Assert.NotEmpty(Assert.Single((await LookAsync(bench, bench.Start("read", "cat"))).Threads).Frames);
        Assert.Equal(1ul, bench.Inspector.Counters.Fallbacks);
    }

    [Fact]
    public async Task A_thread_without_registers_says_so()
    {
        using var bench = new InspectionBench(places: new GivenPlaces((_, _) => []));
        ThreadFacts thread = Assert.Single((await LookAsync(bench, bench.Start("read", "cat"))).Threads);
        Assert.Equal(("read", "its registers are not known"), (thread.Syscall, thread.Limitation));
    }

    [Fact]
    public async Task One_looks_a_few_wait_and_the_others_are_refused()
    {
        using var release = new ManualResetEventSlim();
        using var bench = new InspectionBench(new InspectionOptions { MaxWaiting = 1 }, new GivenPlaces((_, found) =>
        {
            release.Wait(TimeSpan.FromSeconds(30));
            return found;
        }));
        uint pid = bench.Start("read", "cat");
        Task<ThreadInspection?> looking = bench.Inspector.InspectAsync(pid, [], omitStacks: false, CancellationToken.None);
        Task<ThreadInspection?> waiting = bench.Inspector.InspectAsync(pid, [], omitStacks: false, CancellationToken.None);
        Assert.Null(await bench.Inspector.InspectAsync(pid, [], omitStacks: false, CancellationToken.None));
        Assert.Equal((1, 1ul), (bench.Inspector.Waiting, bench.Inspector.Counters.Refused));
        release.Set();
        Assert.NotEmpty((await looking)!.Threads);
        Assert.NotEmpty((await waiting)!.Threads);
        Assert.Equal((0, 2ul), (bench.Inspector.Waiting, bench.Inspector.Counters.Inspections));
    }

    [Fact]
    public async Task A_look_that_hangs_is_answered_with_what_is_known_and_keeps_its_turn()
    {
        using var release = new ManualResetEventSlim();
        using var bench = new InspectionBench(
            new InspectionOptions { LongestAnswer = TimeSpan.FromMilliseconds(200), LongestWait = TimeSpan.FromMilliseconds(50) }, new GivenPlaces((_, found) =>
            {
                release.Wait(TimeSpan.FromSeconds(30));
                return found;
            }));
        uint pid = bench.Start("read", "cat");
        ThreadFacts thread = Assert.Single((await LookAsync(bench, pid)).Threads);
        Assert.Equal(("read", "the time for one look was over"), (thread.Syscall, thread.Limitation));
        Assert.Equal(1ul, bench.Inspector.Counters.TimedOut);
        Assert.Null(await bench.Inspector.InspectAsync(pid, [], omitStacks: false, CancellationToken.None));
        release.Set();
    }

    private static async Task<ThreadInspection> LookAsync(InspectionBench bench, uint pid) =>
        await bench.Inspector.InspectAsync(pid, [], omitStacks: false, TestContext.Current.CancellationToken)
            ?? throw new InvalidOperationException("refused");
}
