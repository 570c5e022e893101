// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Grpc.Core;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests.Runtimes;

/// <summary>A program, a peer and a daemon, in the order that a test asks for; and what the daemon says of the program's sockets.</summary>
internal sealed class RuntimeScene : IAsyncDisposable
{
    private const int MostLeaks = 12;

    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(30);

    private readonly ClosingPeer _peer;
    private readonly CloseWaitJournal _journal;
    private readonly HashSet<ulong> _seen = [];

    private RuntimeScene(ClosingPeer peer, Daemon daemon, CloseWaitJournal journal, LeakingProgram program)
    {
        _peer = peer;
        Daemon = daemon;
        _journal = journal;
        Program = program;
    }

    public Daemon Daemon { get; }

    public LeakingProgram Program { get; }

    /// <summary>Pid of the process whose sockets are looked for.</summary>
    public int Pid => Program.Pid;

    /// <summary>The program runs first, and the daemon has looked at everything that runs when this returns.</summary>
    public static Task<RuntimeScene> ProgramFirst(Func<int, LeakingProgram> start, params string[] daemonOptions) =>
        ProgramFirst(port => Task.FromResult(start(port)), daemonOptions);

    /// <summary>The same with a program that has something to do before the daemon starts.</summary>
    public static async Task<RuntimeScene> ProgramFirst(Func<int, Task<LeakingProgram>> start, params string[] daemonOptions)
    {
        ClosingPeer peer = new();
        LeakingProgram program = await start(peer.Port);
        Daemon daemon = await Daemon.Start(daemonOptions);
        await Deadline.Until("the daemon has looked at what runs", async () =>
            (await daemon.Counters())["unwind_preloaded"] == 1 ? daemon : null, Settled);
        return await Begin(peer, daemon, program);
    }

    /// <summary>The daemon runs first.</summary>
    public static async Task<RuntimeScene> DaemonFirst(Func<int, LeakingProgram> start, params string[] daemonOptions)
    {
        Daemon daemon = await Daemon.Start(daemonOptions);
        ClosingPeer peer = new();
        return await Begin(peer, daemon, start(peer.Port));
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
            async () => (await Mine()).Find(socket => !_seen.Contains(socket.Cookie) && socket.EofRead is { Stack.Count: > 0 }) is { } found
                && _seen.Add(found.Cookie) ? found : null,
            evidence: () => $"pid {Pid}: " + string.Join('\n', Mine().Result));

    /// <summary>
    /// Leaks until a socket is as expected: a process that the daemon sees first has all its frames within a second, not from the first socket on.
    /// </summary>
    public async Task<SocketRecord> LeakUntil(string what, Func<SocketRecord, bool> condition)
    {
        SocketRecord? last = null;
        for (int i = 0; i < MostLeaks; i++)
        {
            last = await Leak();
            if (condition(last))
                return last;
            await Task.Delay(TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken); // lets the second pass
        }

        throw new TimeoutException($"not in {MostLeaks} sockets: {what}\nlast: {StackLines.Describe(last!)}");
    }

    /// <summary>Lets the program close what it leaked, and returns the end of one of those sockets.</summary>
    public async Task<SocketRecord> Close(ulong cookie)
    {
        await Program.Close();
        return await _journal.UntilExited(cookie);
    }

    public async ValueTask DisposeAsync()
    {
        await Program.DisposeAsync();
        await _journal.DisposeAsync();
        await Daemon.DisposeAsync();
        await _peer.DisposeAsync();
    }

    private static async Task<RuntimeScene> Begin(ClosingPeer peer, Daemon daemon, LeakingProgram program)
    {
        CloseWaitJournal journal = new(daemon);
        await journal.Snapshot();
        return new RuntimeScene(peer, daemon, journal, program);
    }

    private async Task<List<SocketRecord>> Mine()
    {
        try
        {
            return await Daemon.List(new SocketFilter { Pids = { (uint)Pid }, RemotePorts = { (uint)_peer.Port } });
        }
        catch (RpcException failure)
        {
            string state = Daemon.Process.HasExited ? $"it ended with {Daemon.Process.ExitCode}" : "it runs";
            throw new InvalidOperationException($"the daemon failed; {state}: {string.Join('\n', Daemon.Process.Errors)}", failure);
        }
    }
}
