// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests.Runtimes;

/// <summary>Fifty thousand short connections of four processes, each with its stacks: what is not told is counted, and the daemon goes on.</summary>
public sealed class StormTests : KernelTest
{
    private const int Processes = 4;
    private const int Connections = 12_500; // of each
    private const int Kept = 10; // by each
    private const int ChangesOfAConnection = 10; // see LossAccountingTests
    private const int FirstPort = 7000;

    private static readonly string[] StackCounters = ["stacks_submitted", "stacks_lost", "stacks_failed", "stacks_over_budget", "stacks_cut", "stacks_fp_only", "stacks_missed"];

    [Fact]
    public async Task Storm_with_stacks_loses_nothing_that_is_not_counted_and_leaves_a_daemon_that_names()
    {
        await using RuntimeScene scene = await AfterStorm();
        SocketRecord socket = await LeakNamed(scene);
        Assert.Equal("app::Conn::openOnce(int)", StackLines.UserFunction(socket.Origin));
    }

    [Fact]
    public async Task Storm_beyond_the_budget_of_stacks_is_counted()
    {
        await using RuntimeScene scene = await AfterStorm("--stack-budget", "200");
        Assert.InRange(await UntilBudgetIsBack(scene.Daemon), 1ul, ulong.MaxValue);
        await LeakNamed(scene);
    }

    private static async Task<SocketRecord> LeakNamed(RuntimeScene scene) =>
        await scene.LeakUntil("the origin is complete and named", one => one.Origin is { StackEnd: StackEnd.Complete, StackFpOnly: false, HasUserFrame: true });

    /// <summary>Returns how many stacks were refused when no more are.</summary>
    private static async Task<ulong> UntilBudgetIsBack(Daemon daemon)
    {
        ulong refused = 0;
        await Deadline.Until("no stack is refused any more", async () =>
        {
            ulong before = refused;
            refused = (await daemon.Counters())["stacks_over_budget"];
            await Task.Delay(TimeSpan.FromMilliseconds(300), TestContext.Current.CancellationToken); // some windows of the budget
            return before == refused ? "quiet" : null;
        });
        return refused;
    }

    private static async Task<RuntimeScene> AfterStorm(params string[] daemonOptions)
    {
        string program = await NativePrograms.Plain();
        Daemon daemon = await Daemon.Start(daemonOptions);
        try
        {
            await Storm(daemon);
            return await RuntimeScene.On(daemon, port => LeakingProgram.Start(program, $"{port}"));
        }
        catch
        {
            await daemon.DisposeAsync();
            throw;
        }
    }

    private static async Task Storm(Daemon daemon)
    {
        await using NetworkNamespace netns = await NetworkNamespace.Create();
        ulong ofStorm = 0;
        await using TransitionJournal journal = await TransitionJournal.Start(daemon, keep: one =>
        {
            bool isListener = one.OldState == TcpState.Listen && one.NewState == TcpState.Close;
            ofStorm += one.Netns == netns.Inode && !isListener ? 1ul : 0;
            return false;
        });
        await using Crowd crowd = await Crowd.Start(netns);
        LossBalance balance = await LossBalance.Settled(daemon, journal);
        await crowd.Run();
        await balance.UntilKept();
        if (journal.Lost == 0)
            Produced.AssertAllBut(ofStorm, Processes * (Connections * ChangesOfAConnection - 2 * Kept));
        await AssertAnswers(daemon, netns);
    }

    private static async Task AssertAnswers(Daemon daemon, NetworkNamespace netns)
    {
        Dictionary<string, ulong> counters = await daemon.Counters();
        Assert.All(StackCounters, name => Assert.Contains(name, counters));
        Assert.InRange(counters["stacks_submitted"], 1ul, (ulong)Processes * Connections); // one call path is one stack, however often it is taken
        List<SocketRecord> kept = [];
        await Deadline.Until("all kept sockets are listed", async () =>
            (kept = await daemon.List(new SocketFilter { Netns = { netns.Inode } })).Count == Processes * Kept ? "all" : null);
        Assert.All(kept, AssertNotWrong);
    }

    // Taken or not; what was taken is of this program and of this call.
    private static void AssertNotWrong(SocketRecord socket)
    {
        foreach (Actor actor in new[] { socket.Origin, socket.EofRead })
        {
            if (actor is { Stack.Count: > 0 })
                StackLines.AssertInOrder(actor, "recv", "serve");
        }
    }

    /// <summary>The processes of the storm, each a server and its own clients.</summary>
    private sealed class Crowd(List<LoadGenerator> processes) : IAsyncDisposable
    {
        public static async Task<Crowd> Start(NetworkNamespace netns)
        {
            Crowd crowd = new([]);
            for (int i = 0; i < Processes; i++)
                crowd.Add(await LoadGenerator.Start(netns, FirstPort + i, Connections, Kept));
            return crowd;
        }

        public async Task Run()
        {
            string[] ends = await Task.WhenAll(processes.Select(process => process.Run()));
            Assert.All(ends, end => Assert.Equal($"done {Connections} {Kept}", end));
        }

        public async ValueTask DisposeAsync()
        {
            foreach (LoadGenerator process in processes)
            {
                await process.Finish();
                await process.DisposeAsync();
            }
        }

        private void Add(LoadGenerator process) => processes.Add(process);
    }
}
