// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests;

/// <summary>The full screen on a real terminal: what it shows, and that the terminal is as it was afterwards.</summary>
public sealed class TopTests(DaemonFixture fixture) : SharedDaemonTest(fixture)
{
    private const string Enter = "\r";
    private const string Escape = "\e";
    private const string SocketTitles = "AGE LOCAL                 REMOTE                 UNREAD  UNSENT HOLDERS";

    [Fact]
    public async Task Finding_leads_to_its_sockets_and_a_socket_to_its_biography_on_80_by_24()
    {
        await using Conversation talk = await LeftAlone();
        await using PseudoTerminal terminal = await Start(talk);
        await terminal.UntilShown($"EOF not read   target({talk.Server.Pid})");
        await terminal.UntilShown($"target({talk.Server.Pid}): 1 connection to 127.0.0.1:{talk.Listener.Port}: ");
        Assert.True(terminal.Screen.IsAlternate);
        Assert.False(terminal.Screen.IsCursorShown);
        Assert.Contains(terminal.Screen.Lines, line => line.Length == 80 && line.EndsWith('…')); // the last column is not lost

        await terminal.Type(Enter);
        await terminal.UntilShown(SocketTitles);
        await terminal.UntilShown($"127.0.0.1:{talk.ClientSide.Port} ");
        await terminal.Type(Enter);
        await terminal.UntilShown("EOF_NOT_READ");
        await terminal.Type(Escape);
        await terminal.UntilShown(SocketTitles);
        await terminal.Type("q");
        Assert.Equal(0, await terminal.End());
        Assert.Equal("", terminal.Screen.ToString().Trim());
    }

    [Fact]
    public async Task Sockets_come_and_go_on_the_screen_while_one_looks_at_them()
    {
        await using Conversation talk = await LeftAlone();
        await using PseudoTerminal terminal = await Start(talk);
        await terminal.UntilShown($"target({talk.Server.Pid})");
        await terminal.Type(Enter);
        await terminal.UntilShown($"127.0.0.1:{talk.ClientSide.Port} ");

        TargetSocket client = await talk.Client.Connect(talk.Listener.Port);
        TargetSocket server = await talk.Server.Accept(talk.Listener);
        await talk.Client.Close(client);
        await terminal.UntilShown($"127.0.0.1:{client.Port} ");

        await talk.Server.Close(talk.ServerSide);
        await terminal.UntilNotShown($"127.0.0.1:{talk.ClientSide.Port} ");
        await talk.Server.Close(server);
        await terminal.UntilShown("this finding is gone");
        await terminal.UntilShown("no socket of this finding is left");
        await terminal.Type("q");
        Assert.Equal(0, await terminal.End());
    }

    [Fact]
    public async Task Finding_whose_verdict_changes_is_followed_to_the_one_that_has_its_socket_now()
    {
        await using Conversation talk = await LeftAlone();
        await using PseudoTerminal terminal = await Start(talk);
        await terminal.UntilShown($"target({talk.Server.Pid})");
        await terminal.Type(Enter);
        await terminal.UntilShown($"127.0.0.1:{talk.ClientSide.Port} ");
        await terminal.UntilShown("nobody reads it");

        await talk.Server.ReceiveToEnd(talk.ServerSide);
        await terminal.UntilNotShown("nobody reads it");
        await terminal.UntilShown($"target({talk.Server.Pid}): 1 connection");
        await terminal.UntilShown($"127.0.0.1:{talk.ClientSide.Port} ");
        await terminal.Type(Enter);
        await terminal.UntilShown("EOF_READ_NOT_CLOSED");
        await terminal.Type("q");
        Assert.Equal(0, await terminal.End());
    }

    [Theory]
    [InlineData("", "q")]
    [InlineData("", "\u0003")] // Ctrl-C
    [InlineData(Enter, "\u0003")]
    public async Task Key_ends_it_wherever_the_reader_is(string way, string key)
    {
        await using Conversation talk = await LeftAlone();
        await using PseudoTerminal terminal = await Start(talk);
        await terminal.UntilShown($"target({talk.Server.Pid})");
        await terminal.Type(way);
        await terminal.UntilShown(way == Enter ? SocketTitles : "VERDICT");
        await terminal.Type(key);
        Assert.Equal(0, await terminal.End());
        Assert.Equal("", terminal.Screen.ToString().Trim());
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public async Task Signal_gives_the_terminal_back(string signal)
    {
        await using Conversation talk = await LeftAlone();
        await using PseudoTerminal terminal = await Start(talk);
        await terminal.UntilShown($"target({talk.Server.Pid})");
        await Command.Signal(signal, terminal.Pid);
        Assert.Equal(0, await terminal.End());
        Assert.Equal("", terminal.Screen.ToString().Trim());
    }

    [Theory]
    [InlineData("KILL", "the connection broke")]
    [InlineData("TERM", "the daemon is not available: the daemon is stopping")]
    public async Task Daemon_that_ends_underneath_is_told_in_one_line_on_the_terminal_as_it_was(string signal, string problem)
    {
        await using Daemon daemon = await Daemon.Start();
        await using Conversation talk = await LeftAlone();
        await using PseudoTerminal terminal = await Start(talk, daemon);
        await terminal.UntilShown($"target({talk.Server.Pid})");
        await terminal.Type(Enter);
        await terminal.UntilShown(SocketTitles);

        await daemon.Process.Signal(signal);
        Assert.Equal(3, await terminal.End());
        string told = string.Concat(terminal.Screen.Lines); // one line, which may be longer than the terminal is wide
        Assert.StartsWith($"closewait: {daemon.SocketPath}: {problem}", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_reaches_its_own_daemon_too_and_nothing_stays()
    {
        using ScratchFolder scratch = new();
        MachineInventory before = await MachineInventory.Take();
        await using PseudoTerminal terminal = await PseudoTerminal.Start("top", "--socket", scratch.PathOf("nobody"));
        await terminal.UntilShown("in CLOSE_WAIT, ");
        await terminal.Type("\u0003");
        Assert.Equal(0, await terminal.End());
        string told = string.Concat(terminal.Screen.Lines);
        Assert.StartsWith("closewait: no daemon on ", told, StringComparison.Ordinal);
        Assert.Single(told.Split("closewait: ")[1..]); // that it ended with us is nothing to complain about
        await Deadline.Until("nothing is left of the daemon", async () => (await MachineInventory.Take()).Added(before).Length == 0 ? "" : null);
    }

    // The client has gone, the server does nothing.
    private static async Task<Conversation> LeftAlone()
    {
        Conversation talk = await Conversation.Start();
        await talk.Client.Close(talk.ClientSide);
        return talk;
    }

    private Task<PseudoTerminal> Start(Conversation talk, Daemon? daemon = null) => PseudoTerminal.Start(
        "top", "--socket", (daemon ?? Daemon).SocketPath, "--lport", $"{talk.Listener.Port}");
}
