// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Globalization;
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Tracer.Kernel.Tests.Runtimes;
using Xunit;

namespace Tracer.Kernel.Tests;

/// <summary>
/// What a look at the threads of a process costs. The numbers go to the output, and from a quiet machine into docs/decisions/0010; asserted are bounds
/// with room for a machine that is shared.
/// </summary>
public sealed class ThreadsCostTests : KernelTest
{
    private const int Looks = 50;
    private const int MaxStacks = 128;
    private const double TicksPerSecond = 100; // USER_HZ
    private const double MostMilliseconds = 50; // of processor time, and for each thread as many more: a small part of that on a quiet machine
    private const double MostMillisecondsPerThread = 2;

    [Theory]
    [InlineData(4)]
    [InlineData(200)]
    public async Task A_look_costs_a_fraction_of_a_millisecond_per_thread(int threads)
    {
        await using BlockedPrograms programs = new();
        await using Daemon daemon = await Daemon.Start();
        Child target = await programs.StartNative(threads - 1);
        await Deadline.Until("the daemon has looked at what runs", async () => (await daemon.Counters())["unwind_preloaded"] == 1 ? daemon : null, TimeSpan.FromSeconds(60));
        long begin = Stopwatch.GetTimestamp();
        int stacks = await Look(daemon, target);
        TimeSpan first = Stopwatch.GetElapsedTime(begin);
        await Deadline.Until("all threads have their stacks", async () => await Look(daemon, target) == Math.Min(threads, MaxStacks) ? "all" : null);

        double before = await DaemonSeconds(daemon);
        var took = new List<double>();
        for (int look = 0; look < Looks; look++)
        {
            begin = Stopwatch.GetTimestamp();
            await Look(daemon, target);
            took.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
        }

        double milliseconds = (await DaemonSeconds(daemon) - before) * 1000 / Looks;
        took.Sort();
        TestContext.Current.SendDiagnosticMessage(
            "{0}", $"{threads} threads: first look {first.TotalMilliseconds:0} ms with {stacks} stacks, then median {took[Looks / 2]:0.0} ms, {milliseconds:0.0} ms of the daemon's processor time; "
            + $"{(await daemon.Counters())["thread_tables_compiled"]} files compiled for it");
        Assert.InRange(milliseconds, 0, MostMilliseconds + (MostMillisecondsPerThread * threads));
    }

    private static async Task<int> Look(Daemon daemon, Child target)
    {
        InspectThreadsResponse answer = await daemon.Client.InspectThreadsAsync(
            new InspectThreadsRequest { Pid = (uint)target.Pid }, deadline: DateTime.UtcNow.AddSeconds(60));
        return answer.Threads.Count(thread => thread.StackEnd == StackEnd.Complete);
    }

    private static async Task<double> DaemonSeconds(Daemon daemon)
    {
        string stat = await File.ReadAllTextAsync($"/proc/{daemon.Pid}/stat");
        string[] afterName = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (double.Parse(afterName[11], CultureInfo.InvariantCulture) + double.Parse(afterName[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }
}
