// SPDX-License-Identifier: Apache-2.0
using System.Net;
using System.Text.Json;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests;

/// <summary>`closewait list --json` says at rest what `ss` says.</summary>
public sealed class SsOracleTests(DaemonFixture fixture) : SharedDaemonTest(fixture)
{
    private static readonly string[] Keys =
    [
        "cookie", "netns", "localAddress", "localPort", "remoteAddress", "remotePort", "direction", "state", "age",
        "ageIsLowerBound", "unreadBytes", "unsentBytes", "idleBeforeFin", "holders", "origin", "lastRead", "eofRead", "listener",
    ];

    private static readonly string[] HolderKeys = ["pid", "fd", "comm", "exe", "source"];
    private static readonly string[] ActorKeys = ["pid", "tid", "comm", "stack"];
    private static readonly string[] FrameKeys = ["function", "module", "offset"];

    [Fact]
    public async Task List_agrees_with_ss_on_sockets_queues_pids_and_descriptors()
    {
        using ScratchFolder scratch = new();
        await using Conversation unread = await Conversation.Start();
        await unread.Client.Send(unread.ClientSide, 1234);
        await unread.Client.Close(unread.ClientSide);
        await using Conversation halfClosed = await Conversation.Start("::1");
        await halfClosed.Client.ShutdownWrite(halfClosed.ClientSide);
        await halfClosed.Server.ReceiveToEnd(halfClosed.ServerSide);
        await halfClosed.Server.Send(halfClosed.ServerSide, 50_000_000);
        await using Conversation waiting = await Conversation.StartUnaccepted("::", connectTo: "127.0.0.1");
        await waiting.Client.Send(waiting.ClientSide, 77);
        await waiting.Client.Close(waiting.ClientSide);
        await using Conversation shared = await Conversation.Start();
        await shared.Server.Duplicate(shared.ServerSide);
        await using Target child = await shared.Server.Fork(scratch);
        await shared.Client.Close(shared.ClientSide);
        int[] ports = [unread.Listener.Port, halfClosed.Listener.Port, waiting.Listener.Port, shared.Listener.Port];

        string[] theirs = [], ours = [];
        await Deadline.Until(
            "both say the same",
            async () =>
            {
                theirs = [.. (await SsTable.CloseWaits()).Where(row => ports.Contains(row.Local.Port)).Select(Describe).Order()];
                ours = [.. (await List()).Where(row => ports.Contains(row.Local.Port)).Select(Describe).Order()];
                return theirs.Length == 4 && theirs.SequenceEqual(ours) ? ours : null;
            },
            evidence: () => $"ss:\n  {string.Join("\n  ", theirs)}\nclosewait:\n  {string.Join("\n  ", ours)}");
    }

    [Fact]
    public async Task Every_promised_field_is_printed()
    {
        await using Conversation talk = await Conversation.Start();
        await talk.Request();
        await talk.Client.Close(talk.ClientSide);
        await talk.Server.ReceiveToEnd(talk.ServerSide);
        await Daemon.ListUntil(talk.Cookie, "all is known", socket => socket is { Holders.Count: 1, EofRead.Stack.Count: > 0, Origin.Stack.Count: > 0 });

        JsonElement socket = (await ListJson("--lport", talk.Listener.Port.ToString())).Single();
        AssertHas(socket, Keys);
        AssertHas(socket.GetProperty("holders")[0], HolderKeys);
        AssertHas(socket.GetProperty("origin"), [.. ActorKeys, "kind"]);
        AssertHas(socket.GetProperty("lastRead"), ActorKeys);
        AssertHas(socket.GetProperty("eofRead"), ActorKeys);
        AssertHas(socket.GetProperty("origin").GetProperty("stack")[0], FrameKeys);
        Assert.Equal("TCP_STATE_CLOSE_WAIT", socket.GetProperty("state").GetString());
        Assert.Equal("ORIGIN_KIND_ACCEPT", socket.GetProperty("origin").GetProperty("kind").GetString());
        Assert.Equal(talk.Cookie.ToString(), socket.GetProperty("cookie").ToString());
    }

    [Fact]
    public async Task List_takes_the_filters()
    {
        await using Conversation talk = await Conversation.Start();
        await talk.Client.Close(talk.ClientSide);
        await Journal.UntilHeld(talk.Cookie);
        string port = talk.Listener.Port.ToString();

        Assert.Single(await ListJson("--port", port));
        Assert.Single(await ListJson("--pid", talk.Server.Pid.ToString(), "--rport", talk.ClientSide.Port.ToString()));
        Assert.Single(await ListJson("--lport", port, "--peer", "127.0.0.0/8", "--netns", NetworkNamespace.HostInode.ToString()));
        Assert.Empty(await ListJson("--lport", port, "--peer", "10.0.0.0/8"));
        Assert.Empty(await ListJson("--lport", port, "--min-age", "1h"));
        Assert.Empty(await ListJson("--rport", port));
    }

    private async Task<SsRow[]> List() => [.. (await ListJson()).Select(Parse)];

    private async Task<JsonElement[]> ListJson(params string[] filters)
    {
        Command result = await Command.Run(Repository.Executable, ["list", "--json", "--socket", Daemon.SocketPath, .. filters]);
        Assert.True(result.ExitCode == 0, result.ToString());
        return [.. result.OutputLines.Select(line => JsonDocument.Parse(line).RootElement)];
    }

    private static SsRow Parse(JsonElement socket) => new(
        ulong.Parse(socket.GetProperty("cookie").ToString()),
        socket.GetProperty("unreadBytes").GetUInt32(),
        socket.GetProperty("unsentBytes").GetUInt32(),
        EndPoint(socket, "local"),
        EndPoint(socket, "remote"),
        [.. socket.GetProperty("holders").EnumerateArray().Select(holder => (holder.GetProperty("pid").GetUInt32(), holder.GetProperty("fd").GetUInt32())).Order()]);

    private static IPEndPoint EndPoint(JsonElement socket, string side) =>
        SsTable.EndPoint(socket.GetProperty(side + "Address").GetString()!, socket.GetProperty(side + "Port").GetUInt32());

    private static string Describe(SsRow row) =>
        $"{row.Cookie} {row.Local} {row.Remote} recv-q {row.RecvQ} send-q {row.SendQ} held by {string.Join(' ', row.Holders)}";

    private static void AssertHas(JsonElement element, string[] keys) =>
        Assert.All(keys, key => Assert.True(element.TryGetProperty(key, out _), $"no {key} in {element}"));
}
