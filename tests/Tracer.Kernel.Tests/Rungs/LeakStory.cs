// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Kind = CloseWait.V1.CloseWaitChange.Types.Kind;

namespace Tracer.Kernel.Tests.Rungs;

/// <summary>
/// A server that leaks in every way, and what a daemon says of it. Sockets are told apart by their ports: not every kernel
/// gives cookies to tracing programs.
/// </summary>
internal sealed class LeakStory : IAsyncDisposable
{
    private readonly List<Conversation> _talks = [];
    private List<SocketRecord> _listed = [];

    private LeakStory(Conversation existing)
    {
        Existing = existing;
        _talks.Add(existing);
    }

    public Conversation Existing { get; }

    public Conversation Leaked { get; private set; } = null!;

    public Conversation Outbound { get; private set; } = null!;

    public Conversation Queued { get; private set; } = null!;

    public Conversation Reset { get; private set; } = null!;

    public Conversation Ending { get; private set; } = null!;

    /// <summary>Before the daemon: a connection that is stuck already.</summary>
    public static async Task<LeakStory> Begin()
    {
        Conversation existing = await Conversation.Start();
        await existing.Request();
        await existing.Client.Close(existing.ClientSide);
        return new LeakStory(existing);
    }

    /// <summary>With the daemon there: everything gets stuck.</summary>
    public async Task Leak()
    {
        Leaked = await Talk(Conversation.Start());
        await Leaked.Request();
        await Leaked.Client.Close(Leaked.ClientSide);
        await Leaked.Server.ReceiveToEnd(Leaked.ServerSide);

        Outbound = await Talk(Conversation.Start());
        await Outbound.Server.Close(Outbound.ServerSide);

        Queued = await Talk(Conversation.StartUnaccepted());
        await Queued.Client.Close(Queued.ClientSide);

        Reset = await Talk(Conversation.Start());
        await Reset.Request();
        await Reset.Client.ShutdownWrite(Reset.ClientSide);
        await Reset.Server.Send(Reset.ServerSide, 10);

        Ending = await Talk(Conversation.Start());
        await Ending.Client.Close(Ending.ClientSide);
    }

    /// <summary>What is known of the sockets that are stuck.</summary>
    public async Task<Dictionary<Question, Answer>> AskOfStuck(Daemon daemon)
    {
        _listed = await daemon.List();
        SocketRecord leaked = Listed(Leaked.Listener.Port, Leaked.ClientSide.Port);
        SocketRecord outbound = Listed(Outbound.ClientSide.Port, Outbound.Listener.Port);
        SocketRecord queued = Listed(Queued.Listener.Port, Queued.ClientSide.Port);
        SocketRecord reset = Listed(Reset.Listener.Port, Reset.ClientSide.Port);
        SocketRecord existing = Listed(Existing.Listener.Port, Existing.ClientSide.Port);
        bool isQueueKnown = queued.NeverAccepted || queued.Holders.Count > 0;
        return new()
        {
            [Question.WhoAccepted] = Answers.Who(leaked.Origin, Leaked.Server.Pid),
            [Question.WhereAccepted] = Answers.Where(leaked.Origin, "run_line", "serve_forever"),
            [Question.WhoConnected] = Answers.Who(outbound.Origin, Outbound.Client.Pid),
            [Question.WhereConnected] = Answers.Where(outbound.Origin, "dial_upstream", "checkout_connection", "run_line", "serve_forever"),
            [Question.WhoRead] = Answers.Who(leaked.LastRead, Leaked.Server.Pid),
            [Question.WasTheEndRead] = Answers.If(leaked.Cookie != 0, leaked.UnreadBytes == 0 && reset.UnreadBytes == 1),
            [Question.WhoReadTheEnd] = Answers.Who(leaked.EofRead, Leaked.Server.Pid),
            [Question.WhereTheEndWasRead] = Answers.Where(leaked.EofRead, "handle_request", "receive_all", "run_line", "serve_forever"),
            [Question.WhoHoldsIt] = Answers.Holder(leaked.Holders, Leaked.Server.Pid, Leaked.ServerSide.Fd),
            [Question.WhoHoldsWhatExistedBefore] = Answers.Holder(existing.Holders, Existing.Server.Pid, Existing.ServerSide.Fd),
            [Question.IsItAcceptedAtAll] = Answers.If(isQueueKnown, queued.NeverAccepted),
            [Question.WhoListens] = Answers.Who(queued.Listener?.Opener, Queued.Server.Pid),
            [Question.IsItStillSentTo] = Answers.If(reset.LastSendTime is not null, leaked.LastSendTime is null),
        };
    }

    /// <summary>Everything ends: closed, reset and closed then, with its process.</summary>
    public async Task End()
    {
        await Leaked.Server.Close(Leaked.ServerSide);
        await Reset.Client.Reset(Reset.ClientSide);
        await Ending.Server.Exit();
    }

    /// <summary>The descriptor that was left open after the reset.</summary>
    public Task CloseLeftOpen() => Reset.Server.Close(Reset.ServerSide);

    /// <summary>What is known of the sockets that have ended.</summary>
    public Dictionary<Question, Answer> AskOfEnded(CloseWaitJournal journal)
    {
        SocketRecord leaked = Told(journal, Leaked, Kind.Exited);
        SocketRecord reset = Told(journal, Reset, Kind.Exited);
        SocketRecord released = Told(journal, Reset, Kind.Released);
        SocketRecord ending = Told(journal, Ending, Kind.Exited);
        return new()
        {
            [Question.WhoClosed] = Answers.Who(leaked.Closer, Leaked.Server.Pid),
            [Question.WhereClosed] = Answers.Where(leaked.Closer, "finish_request", "run_line", "serve_forever"),
            [Question.HowItEnded] = Answers.If(leaked.EndReason != EndReason.Unspecified, leaked.EndReason == EndReason.Closed),
            [Question.IsItOpenAfterReset] = Answers.If(reset.EndReason != EndReason.Unspecified, reset is { EndReason: EndReason.ResetByPeer, DescriptorLeftOpen: true }),
            [Question.WhoClosedAfterReset] = Answers.Who(released.Closer, Reset.Server.Pid),
            [Question.DidItsProcessEnd] = Answers.If(ending.EndReason != EndReason.Unspecified, ending.EndReason == EndReason.ProcessExit),
        };
    }

    /// <summary>The whole lives of both ends of the leaked connection, as "OldState -> NewState".</summary>
    public (string[] Server, string[] Client) Lives(TransitionJournal journal)
    {
        // A child has its peer's address from the first change on, on every kernel; a client has no port of its own yet.
        string[] LifeOf(int local, int remote, bool isClient)
        {
            ulong? cookie = journal.Kept.FirstOrDefault(one => one.LocalPort == local && one.RemotePort == remote)?.Cookie;
            return [.. journal.Kept
                .Where(one => one.Cookie == cookie && (isClient || (one.LocalPort == local && one.RemotePort == remote)))
                .Select(one => $"{one.OldState} -> {one.NewState}")];
        }

        return (LifeOf(Leaked.Listener.Port, Leaked.ClientSide.Port, isClient: false), LifeOf(Leaked.ClientSide.Port, Leaked.Listener.Port, isClient: true));
    }

    /// <summary>Owners of the transitions who are neither of the two, nor unknown.</summary>
    public string[] Bystanders(TransitionJournal journal)
    {
        int[] pids = [.. _talks.SelectMany(talk => new[] { talk.Server.Pid, talk.Client.Pid }), 0];
        uint[] ports = [.. _talks.Select(talk => (uint)talk.Listener.Port)];
        return [.. journal.Kept
            .Where(one => ports.Contains(one.LocalPort) || ports.Contains(one.RemotePort))
            .Where(one => !pids.Contains((int)(one.Owner?.Pid ?? 0)))
            .Select(one => one.ToString())];
    }

    public string Describe(CloseWaitJournal journal) =>
        string.Join('\n', _listed) + "\nall that was told:\n" + string.Join('\n', journal.All());

    public async ValueTask DisposeAsync()
    {
        foreach (Conversation talk in _talks)
            await talk.DisposeAsync();
    }

    private async Task<Conversation> Talk(Task<Conversation> started)
    {
        Conversation talk = await started;
        _talks.Add(talk);
        return talk;
    }

    private SocketRecord Listed(int local, int remote) => _listed.Find(socket => IsOf(socket, local, remote)) ?? new SocketRecord();

    private static SocketRecord Told(CloseWaitJournal journal, Conversation talk, Kind kind) =>
        journal.All().Find(change => change.Kind == kind && IsOf(change.Socket, talk.Listener.Port, talk.ClientSide.Port))?.Socket ?? new SocketRecord();

    private static bool IsOf(SocketRecord socket, int local, int remote) => socket.LocalPort == local && socket.RemotePort == remote;
}
