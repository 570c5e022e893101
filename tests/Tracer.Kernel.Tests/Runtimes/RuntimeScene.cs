// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Grpc.Core;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests.Runtimes;

/// <summary>A program, a peer and a daemon, in the order that a test asks for; and what the daemon says of the program's sockets.</summary>
internal sealed class RuntimeScene : IAsyncDisposable
{
    private static readonly TimeSpan BetweenLeaks = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(30);

    private readonly ClosingPeer _peer;
    private readonly CloseWaitJournal _journal;
    private readonly HashSet<ulong> _seen = [];

    private RuntimeScene(ClosingPeer peer, Daemon daemon, CloseWaitJournal journal, ILeakingTarget program)
    {
        _peer = peer;
        Daemon = daemon;
        _journal = journal;
        Program = program;
    }

    public Daemon Daemon { get; }

    public ILeakingTarget Program { get; }

    /// <summary>Pid of the process whose sockets are looked for; not of a wrapper around it (unshare).</summary>
    public int Pid => Program.Pid;

    /// <summary>The program runs first, and the daemon has looked at everything that runs when this returns.</summary>
    public static Task<RuntimeScene> ProgramFirst(Func<int, ILeakingTarget> start, params string[] daemonOptions) =>
        ProgramFirst(port => Task.FromResult(start(port)), daemonOptions);

    /// <summary>The same with a program that has something to do before the daemon starts.</summary>
    public static async Task<RuntimeScene> ProgramFirst<T>(Func<int, Task<T>> start, params string[] daemonOptions)
        where T : ILeakingTarget
    {
        ClosingPeer peer = new();
        ILeakingTarget program = await start(peer.Port);
        Daemon? daemon = null;
        try
        {
            await program.Ready();
            daemon = await Daemon.Start(daemonOptions);
            await Deadline.Until("the daemon has looked at what runs", async () =>
                (await daemon.Counters())["unwind_preloaded"] == 1 ? daemon : null, Settled);
            return await Begin(peer, daemon, program);
        }
        catch
        {
            if (daemon is not null)
                await daemon.DisposeAsync();
            await program.DisposeAsync();
            throw;
        }
    }

    /// <summary>The daemon runs first.</summary>
    public static async Task<RuntimeScene> DaemonFirst(Func<int, ILeakingTarget> start, params string[] daemonOptions) =>
        await On(await Daemon.Start(daemonOptions), start);

    /// <summary>A daemon that ran before, and ends with the scene.</summary>
    public static async Task<RuntimeScene> On(Daemon daemon, Func<int, ILeakingTarget> start)
    {
        ClosingPeer peer = new();
        ILeakingTarget program = start(peer.Port);
        await program.Ready();
        return await Begin(peer, daemon, program);
    }

    /// <summary>Lets the program leak one socket, and returns what is known of it when it has read the end.</summary>
    public async Task<SocketRecord> Leak()
    {
        await Program.Leak();
        return await FindNew();
    }

    /// <summary>A socket that the program leaked since the last one, when its reader is known.</summary>
    public async Task<SocketRecord> FindNew() =>
        await Deadline.Until(
            "the leaked socket is listed with the reader of its end",
            // Without an id no stack was taken, and none will come: the mappings were being changed, or the budget was used up.
            async () => (await Mine()).Find(socket => !_seen.Contains(socket.Cookie) && socket.EofRead is { Stack.Count: > 0 } or { StackId: 0 }) is { } found
                && _seen.Add(found.Cookie) ? found : null,
            evidence: Describe);

    /// <summary>
    /// Leaks until a socket is as expected: a process that the daemon sees first, or that has new code, has all its frames within a second or two of a machine
    /// that is not busy, not from the first socket on.
    /// </summary>
    public async Task<SocketRecord> LeakUntil(string what, Func<SocketRecord, bool> condition)
    {
        SocketRecord? last = null;
        return await Deadline.Until(
            $"a leaked socket of which {what}",
            async () =>
            {
                if (last is not null)
                    await Task.Delay(BetweenLeaks, TestContext.Current.CancellationToken);
                return condition(last = await Leak()) ? last : null;
            },
            evidence: () => StackLines.Describe(last!));
    }

    /// <summary>Lets the program close what it leaked, and returns the end of one of those sockets.</summary>
    public async Task<SocketRecord> Close(ulong cookie)
    {
        await Program.Close();
        return await _journal.UntilExited(cookie);
    }

    /// <summary>Waits until a scan has found who holds the socket.</summary>
    public Task<SocketRecord> UntilHeld(ulong cookie) => Daemon.ListUntil(cookie, "a scan has found its holder", socket => socket.Holders.Count > 0);

    /// <summary>The same actor with what is known of its stack as soon as that is as expected: a runtime must not be asked for new names all the time.</summary>
    public async Task<Actor> Named(Actor actor, Func<Actor, bool> condition)
    {
        Actor later = actor.Clone();
        return await Deadline.Until("the stack is named", async () =>
        {
            Stack stack = (await Daemon.Client.GetStackAsync(new GetStackRequest { StackId = actor.StackId })).Stack;
            later.Stack.Clear();
            later.Stack.AddRange(stack.Frames);
            later.ClearUserFrame();
            if (stack.HasUserFrame)
                later.UserFrame = stack.UserFrame;
            return condition(later) ? later : null;
        }, evidence: () => StackLines.Describe(later));
    }

    public async ValueTask DisposeAsync()
    {
        await Program.DisposeAsync();
        await _journal.DisposeAsync();
        await Daemon.DisposeAsync();
        await _peer.DisposeAsync();
    }

    private static async Task<RuntimeScene> Begin(ClosingPeer peer, Daemon daemon, ILeakingTarget program)
    {
        CloseWaitJournal journal = new(daemon);
        await journal.Snapshot();
        return new RuntimeScene(peer, daemon, journal, program);
    }

    private string Describe()
    {
        IEnumerable<string> counters = Daemon.Counters().Result.Where(counter => counter.Value != 0).Select(counter => $"{counter.Key} {counter.Value}");
        return $"pid {Pid}: {string.Join('\n', Mine().Result)}\n{string.Join(", ", counters)}";
    }

    // By the peer, which is nobody else's: the pid may be that of a forked child.
    private async Task<List<SocketRecord>> Mine()
    {
        try
        {
            return await Daemon.List(new SocketFilter { RemotePorts = { (uint)_peer.Port } });
        }
        catch (RpcException failure)
        {
            string state = Daemon.Process.HasExited ? $"it ended with {Daemon.Process.ExitCode}" : "it runs";
            throw new InvalidOperationException($"the daemon failed; {state}: {string.Join('\n', Daemon.Process.Errors)}", failure);
        }
    }
}
