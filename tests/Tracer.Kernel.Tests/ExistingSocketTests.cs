// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Text.RegularExpressions;
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests;

/// <summary>What was there before the daemon: each test starts its own.</summary>
public sealed class ExistingSocketTests : KernelTest
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Five_thousand_sockets_of_three_processes_are_listed_with_their_holders_within_two_seconds()
    {
        const int PerServer = 1667;
        await using Target client = Target.Start();
        List<(Target Server, TargetSocket Listener)> servers = [];
        try
        {
            for (int i = 0; i < 3; i++)
            {
                Target server = Target.Start();
                servers.Add((server, await server.Listen(backlog: 4000)));
                await Fill(server, servers[^1].Listener, client, PerServer);
            }

            await client.Ask("crowd-close");
            Dictionary<ulong, SsRow> expected = await CloseWaitsOf(servers, 3 * PerServer);
            await AssertAllListedInTime(expected);
        }
        finally
        {
            foreach ((Target server, _) in servers)
                await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task Age_of_a_socket_that_was_there_before_is_a_lower_bound()
    {
        await using Conversation talk = await Conversation.Start();
        await talk.Request();
        await talk.Client.Close(talk.ClientSide);
        await talk.Server.ReceiveToEnd(talk.ServerSide);
        await UntilInCloseWait(talk);
        await using Daemon daemon = await Daemon.Start();

        SocketRecord socket = await daemon.ListUntil(talk.Cookie, "it is listed with its holder", record => record.Holders.Count == 1);
        Assert.True(socket.AgeIsLowerBound);
        Assert.True(socket.Age.ToTimeSpan() > TimeSpan.Zero);
        Assert.Equal(((uint)talk.Server.Pid, (uint)talk.ServerSide.Fd, Source.Scanned), (socket.Holders[0].Pid, socket.Holders[0].Fd, socket.Holders[0].Source));
        Assert.Equal(0u, socket.UnreadBytes);
        Assert.Equal(101ul, socket.BytesReceived); // the FIN is one
        Assert.True(socket.Origin is null || socket.Origin.Kind == OriginKind.Existed, socket.ToString());
        Assert.Equal(Direction.Inbound, socket.Direction); // its listener is there
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(600, true)]
    public async Task Idle_time_is_inferred_unless_the_answer_to_a_keepalive_probe_hides_it(int probeSeconds, bool isKnown)
    {
        await using Conversation talk = await Conversation.Start();
        await talk.Server.Ask($"keepalive {talk.ServerSide.Fd} {probeSeconds}");
        await talk.Request();
        await talk.Client.Close(talk.ClientSide);
        await UntilInCloseWait(talk);
        if (!isKnown)
            await Deadline.Until("a probe was answered", async () => await LastSegmentAfterData(talk) > TimeSpan.FromSeconds(probeSeconds) ? "yes" : null);
        await using Daemon daemon = await Daemon.Start();

        SocketRecord socket = await daemon.ListUntil(talk.Cookie, "it is listed", _ => true);
        Assert.Equal(isKnown, socket.IdleBeforeFin is not null);
        Assert.Equal(isKnown, socket.IdleBeforeFinIsInferred);
        if (isKnown)
            Assert.True(socket.IdleBeforeFin!.ToTimeSpan() < TimeSpan.FromSeconds(1), socket.ToString());
    }

    [Fact]
    public async Task Socket_that_waits_in_a_queue_since_before_is_its_listeners()
    {
        await using Conversation talk = await Conversation.StartUnaccepted();
        await talk.Client.Send(talk.ClientSide, 9);
        await talk.Client.Close(talk.ClientSide);
        await Deadline.Until("ss shows it", async () => (await SsTable.CloseWaits()).FirstOrDefault(row => row.Local.Port == talk.Listener.Port));
        await using Daemon daemon = await Daemon.Start();

        SocketFilter filter = new() { LocalPorts = { (uint)talk.Listener.Port } };
        SocketRecord socket = await Deadline.Until(
            "it is listed with its listener",
            async () => (await daemon.List(filter)).Find(record => record.Listener is { Holders.Count: 1 }));
        Assert.True(socket.NeverAccepted);
        Assert.Equal(10u, socket.UnreadBytes);
        Assert.Equal((uint)talk.Server.Pid, socket.Listener.Holders[0].Pid);
        Assert.Equal(1u, socket.Listener.QueueLength);
        Assert.Null(socket.Listener.Opener); // nobody saw it
    }

    [Fact]
    public async Task Threads_blocked_in_accept_since_before_the_start_own_what_they_get()
    {
        const int Threads = 26; // more than a kretprobe's usual instances
        await using Target server = Target.Start();
        await using Target client = Target.Start();
        TargetSocket listener = await server.Listen();
        await server.Ask($"accept-threads {listener.Fd} {Threads}");
        await using Daemon daemon = await Daemon.Start();
        await using CloseWaitJournal journal = new(daemon);
        await journal.Snapshot();

        await client.Ask($"crowd-connect 127.0.0.1 {listener.Port} {Threads}");
        string[] accepted = await Deadline.Until(
            "every thread has accepted",
            async () => await server.Ask("accepted") is { } answer && answer[0] == Threads.ToString() ? answer[1..] : null);
        await client.Ask("crowd-close");
        foreach (string[] pair in accepted.Select(text => text.Split(':')))
        {
            SocketRecord socket = await journal.UntilHeld(ulong.Parse(pair[1]));
            Assert.Equal(((uint)server.Pid, uint.Parse(pair[0])), (socket.Holders[0].Pid, socket.Holders[0].Fd));
            Assert.False(socket.NeverAccepted);
        }
    }

    [Fact]
    public async Task Sockets_that_enter_while_the_daemon_starts_are_neither_missed_nor_doubled()
    {
        await using Target server = Target.Start();
        await using Target client = Target.Start();
        TargetSocket listener = await server.Listen(backlog: 4000);
        await using Daemon daemon = Daemon.Launch();
        Task ready = daemon.WaitUntilReady();
        int made = 0;
        do
        {
            Task<string[]> accept = server.Ask($"crowd-accept {listener.Fd} 10");
            await client.Ask($"crowd-connect 127.0.0.1 {listener.Port} 10");
            await accept;
            await client.Ask("crowd-close");
            made += 10;
        }
        while (!ready.IsCompleted && made < 15_000);
        await ready;

        ulong[] expected = [.. (await SsTable.CloseWaits()).Where(row => row.Local.Port == listener.Port).Select(row => row.Cookie).Order()];
        Assert.Equal(made, expected.Length);
        await using CloseWaitJournal journal = new(daemon, new SocketFilter { LocalPorts = { (uint)listener.Port } });
        Assert.Equal((ulong)made, (await journal.Snapshot()).Sockets);
        Assert.All(expected, cookie => Assert.Single(journal.Of(cookie), change => change.Kind == CloseWaitChange.Types.Kind.Existing));
    }

    [Fact]
    public async Task Sockets_beyond_the_bound_are_refused_and_counted()
    {
        const int Bound = 100;
        await using Target server = Target.Start();
        await using Target client = Target.Start();
        TargetSocket listener = await server.Listen(backlog: 4000);
        await Fill(server, listener, client, 3 * Bound);
        await client.Ask("crowd-close");
        await using Daemon daemon = await Daemon.Start("--max-sockets", Bound.ToString());

        Bound sockets = await Deadline.Until(
            "the table is full and says so",
            async () => (await daemon.Status()).Bounds.SingleOrDefault(bound => bound is { Name: "sockets", Refused: > 0 }));
        Assert.Equal(((ulong)Bound, true), (sockets.Limit, sockets.Used <= Bound));
        Assert.InRange((await daemon.List()).Count, 1, Bound);

        await server.Ask("crowd-close"); // room again: the rest does not stay unseen
        await using Conversation talk = await Conversation.Start();
        await talk.Client.Close(talk.ClientSide);
        await daemon.ListUntil(talk.Cookie, "a new one is followed", socket => socket.Holders.Count == 1);
    }

    private static async Task<TimeSpan> LastSegmentAfterData(Conversation talk)
    {
        string state = await Command.MustRun("ss", "-Htin", "state", "close-wait", $"( sport = :{talk.Listener.Port} )");
        Match ages = Regex.Match(state, @"lastrcv:(\d+) lastack:(\d+)");
        return ages.Success ? TimeSpan.FromMilliseconds(int.Parse(ages.Groups[1].Value) - int.Parse(ages.Groups[2].Value)) : TimeSpan.Zero;
    }

    private static async Task Fill(Target server, TargetSocket listener, Target client, int count)
    {
        Task<string[]> accept = server.Ask($"crowd-accept {listener.Fd} {count}");
        await client.Ask($"crowd-connect 127.0.0.1 {listener.Port} {count}");
        await accept;
    }

    private static async Task<Dictionary<ulong, SsRow>> CloseWaitsOf(List<(Target Server, TargetSocket Listener)> servers, int count)
    {
        HashSet<int> ports = [.. servers.Select(one => one.Listener.Port)];
        SsRow[] rows = await Deadline.Until(
            "the oracle sees all sockets in CLOSE_WAIT",
            async () => (await SsTable.CloseWaits()).Where(row => ports.Contains(row.Local.Port)).ToArray() is { } rows && rows.Length == count ? rows : null);
        return rows.ToDictionary(row => row.Cookie);
    }

    /// <summary>Best of three starts: a machine that is busy with something else gets another chance, a slow daemon does not.</summary>
    private static async Task AssertAllListedInTime(Dictionary<ulong, SsRow> expected)
    {
        List<TimeSpan> taken = [];
        do
            taken.Add(await ListAll(expected));
        while (taken[^1] >= StartLimit && taken.Count < 3);
        TestContext.Current.SendDiagnosticMessage("5,000 sockets listed with holders after {0}", string.Join(", ", taken));
        Assert.True(taken[^1] < StartLimit, $"took {string.Join(", ", taken)}");
    }

    private static async Task<TimeSpan> ListAll(Dictionary<ulong, SsRow> expected)
    {
        Stopwatch sinceStart = Stopwatch.StartNew();
        await using Daemon daemon = await Daemon.Start();
        List<SocketRecord> listed = [];
        TimeSpan elapsed = default;
        await Deadline.Until(
            "every socket is listed with its holders",
            async () =>
            {
                listed = (await daemon.List()).FindAll(socket => expected.ContainsKey(socket.Cookie));
                elapsed = sinceStart.Elapsed;
                return listed.Count == expected.Count && listed.TrueForAll(socket => socket.Holders.Count > 0) ? listed : null;
            },
            evidence: () => $"{listed.Count} of {expected.Count} listed, {listed.Count(socket => socket.Holders.Count > 0)} with holders");
        Assert.All(listed, socket =>
            Assert.Equal(expected[socket.Cookie].Holders, socket.Holders.Select(holder => (holder.Pid, holder.Fd)).Order()));
        return elapsed;
    }

    private static Task UntilInCloseWait(Conversation talk) =>
        Deadline.Until("the server's end is in CLOSE_WAIT", async () => await talk.Server.State(talk.ServerSide) == 8 ? "yes" : null);
}
