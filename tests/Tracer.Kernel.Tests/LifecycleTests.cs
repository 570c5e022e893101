// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Text.Json;
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests;

/// <summary>However it ends, nothing stays; and it can start again at once.</summary>
public sealed class LifecycleTests : KernelTest
{
    [Fact]
    public async Task Killed_daemon_leaves_no_bpf_object_and_a_restart_works_at_once()
    {
        using ScratchFolder scratch = new();
        string path = scratch.PathOf("s");
        await using Conversation talk = await Conversation.Start();
        await talk.Client.Close(talk.ClientSide);
        HashSet<string> before = await MachineInventory.AllBpfObjects();
        HashSet<string> own;
        await using (Daemon first = await Daemon.StartOn(path))
        {
            own = await OwnObjects(before);
            await first.Process.Signal("KILL");
            await first.Process.WaitForExit();
        }

        await using Daemon second = await Daemon.StartOn(path); // on the file that the first one left
        await second.ListUntil(talk.Cookie, "it works", socket => socket.Holders.Count == 1);
        await UntilGone(own);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    [InlineData("HUP")]
    public async Task Signal_ends_it_cleanly(string signal)
    {
        using ScratchFolder scratch = new();
        string path = scratch.PathOf("s");
        HashSet<string> before = await MachineInventory.AllBpfObjects();
        await using Daemon daemon = await Daemon.StartOn(path);
        HashSet<string> own = await OwnObjects(before);
        await using CloseWaitJournal journal = new(daemon); // an open stream does not hold it up
        await journal.Snapshot();

        await daemon.Process.Signal(signal);
        Assert.Equal(0, await daemon.Process.WaitForExit(TimeSpan.FromSeconds(5)));
        Assert.False(File.Exists(path), "the socket file is still there");
        await UntilGone(own);
    }

    [Fact]
    public async Task End_of_its_lifeline_ends_it_cleanly()
    {
        using ScratchFolder scratch = new();
        string path = scratch.PathOf("s");
        HashSet<string> before = await MachineInventory.AllBpfObjects();
        await using Daemon daemon = await Daemon.StartOn(path);
        HashSet<string> own = await OwnObjects(before);

        daemon.Process.CloseInput();
        Assert.Equal(0, await daemon.Process.WaitForExit(TimeSpan.FromSeconds(5)));
        Assert.False(File.Exists(path), "the socket file is still there");
        await UntilGone(own);
    }

    [Theory]
    [InlineData(30)]
    [InlineData(120)]
    [InlineData(250)]
    [InlineData(400)]
    public async Task Signal_while_it_starts_leaves_nothing(int milliseconds)
    {
        using ScratchFolder scratch = new();
        string path = scratch.PathOf("s");
        HashSet<string> before = await MachineInventory.AllBpfObjects();
        await using Child daemon = Child.Start(Repository.Executable, "run", "--socket", path);
        Stopwatch sinceStart = Stopwatch.StartNew();
        await Deadline.Until("it is in the middle of its start", () => sinceStart.ElapsedMilliseconds >= milliseconds);
        await daemon.Signal("TERM");

        int exitCode = await daemon.WaitForExit(TimeSpan.FromSeconds(10));
        Assert.Contains(exitCode, new[] { 0, 128 + 15 }); // before its handler is there, the signal itself ends it
        Assert.False(File.Exists(path), "the socket file is still there");
        Assert.DoesNotContain(daemon.Errors, line => line.Contains("Exception", StringComparison.Ordinal));
        HashSet<string> left = [];
        await Deadline.Until(
            "no BPF object of it is left",
            async () =>
            {
                left = await MachineInventory.AllBpfObjects();
                left.ExceptWith(before);
                return left.Count == 0 ? "none" : null;
            },
            evidence: () => string.Join('\n', left));
    }

    [Fact]
    public async Task List_without_a_daemon_answers_with_holders_and_leaves_nothing()
    {
        using ScratchFolder scratch = new();
        await using Conversation talk = await Conversation.Start();
        await talk.Client.Close(talk.ClientSide);
        MachineInventory before = await MachineInventory.Take();

        Command list = await Command.Run(Repository.Executable, "list", "--json", "--lport", talk.Listener.Port.ToString(), "--socket", scratch.PathOf("nobody"));
        Assert.True(list.ExitCode == 0, list.ToString());
        Assert.Contains("started one", Assert.Single(list.ErrorLines), StringComparison.Ordinal);
        JsonElement socket = JsonDocument.Parse(Assert.Single(list.OutputLines)).RootElement;
        JsonElement holder = Assert.Single(socket.GetProperty("holders").EnumerateArray());
        Assert.Equal((talk.Server.Pid, talk.ServerSide.Fd), (holder.GetProperty("pid").GetInt32(), holder.GetProperty("fd").GetInt32()));
        await AssertNothingAdded(before);
    }

    [Fact]
    public async Task Check_foretells_the_hooks_of_the_daemon_and_leaves_nothing()
    {
        await using Daemon daemon = await Daemon.Start();
        MachineInventory before = await MachineInventory.Take();
        Command check = await Command.Run(Repository.Executable, "check", "--json");
        Assert.True(check.ExitCode == 0, check.ToString());

        JsonElement foretold = JsonDocument.Parse(check.Output).RootElement;
        Assert.Equal(
            (await daemon.Status()).Hooks.Select(hook => $"{hook.Fact}: {hook.Rung}"),
            foretold.GetProperty("hooks").EnumerateArray().Select(hook => $"{hook.GetProperty("fact").GetString()}: {hook.GetProperty("rung").GetString()}"));
        Assert.Contains((await daemon.Status()).Hooks, hook => hook.Fact == "transitions" && hook.Rung.Length > 0);
        await AssertNothingAdded(before);
    }

    [Fact]
    public async Task Watch_without_a_daemon_starts_one_for_its_own_lifetime()
    {
        using ScratchFolder scratch = new();
        MachineInventory before = await MachineInventory.Take();
        await using (Child watch = Child.Start(Repository.Executable, "watch", "--state", "close-wait", "--json", "--socket", scratch.PathOf("nobody")))
        {
            await Deadline.Until("it says that it started one", () => watch.Errors.Any(line => line.Contains("started", StringComparison.Ordinal)));
            await using (Conversation talk = await Conversation.Start())
            {
                await talk.Request();
                await talk.Client.Close(talk.ClientSide);
                await UntilPrinted(watch, talk);
            }

            await watch.Signal("INT");
            Assert.Equal(0, await watch.WaitForExit(TimeSpan.FromSeconds(10)));
        }

        await AssertNothingAdded(before);
    }

    [Fact]
    public async Task Killed_watch_takes_its_daemon_with_it()
    {
        using ScratchFolder scratch = new();
        MachineInventory before = await MachineInventory.Take();
        await using (Child watch = Child.Start(Repository.Executable, "watch", "--close-waits", "--socket", scratch.PathOf("nobody")))
        {
            await Deadline.Until("it says that it started one", () => watch.Errors.Any(line => line.Contains("started", StringComparison.Ordinal)));
            await watch.Signal("KILL");
            await Deadline.Until("it has ended", () => watch.HasExited);
        }

        await AssertNothingAdded(before);
    }

    [Fact]
    public async Task Bounded_watch_ends_by_itself()
    {
        await using Daemon daemon = await Daemon.Start();
        Command byTime = await Command.Run(Repository.Executable, "watch", "--duration", "300ms", "--socket", daemon.SocketPath);
        Assert.Equal(0, byTime.ExitCode);

        await using Child byCount = Child.Start(
            Repository.Executable, "watch", "--json", "--state", "listen", "--count", "1", "--socket", daemon.SocketPath);
        await using Target server = Target.Start();
        await Deadline.Until("it has seen one", async () =>
        {
            await server.Close(await server.Listen());
            return byCount.HasExited ? "ended" : null;
        });
        Assert.Equal(0, await byCount.WaitForExit());
        Assert.Equal("TCP_STATE_LISTEN", JsonDocument.Parse(byCount.Output.Last()).RootElement.GetProperty("newState").GetString());
    }

    private static async Task AssertNothingAdded(MachineInventory before)
    {
        string[] added = [];
        await Deadline.Until(
            "nothing is left",
            async () => (added = (await MachineInventory.Take()).Added(before)).Length == 0 ? "nothing" : null,
            evidence: () => string.Join('\n', added));
    }

    private static async Task<HashSet<string>> OwnObjects(HashSet<string> before)
    {
        HashSet<string> own = await MachineInventory.AllBpfObjects();
        own.ExceptWith(before);
        Assert.Contains(own, item => item.StartsWith("prog", StringComparison.Ordinal));
        Assert.Contains(own, item => item.StartsWith("map", StringComparison.Ordinal));
        return own;
    }

    private static async Task UntilGone(HashSet<string> own)
    {
        HashSet<string> left = own;
        await Deadline.Until(
            "its BPF objects are gone",
            async () =>
            {
                left = await MachineInventory.AllBpfObjects();
                left.IntersectWith(own);
                return left.Count == 0 ? "gone" : null;
            },
            evidence: () => string.Join('\n', left));
    }

    private static async Task UntilPrinted(Child watch, Conversation talk)
    {
        await Deadline.Until(
            "the entry is printed with pid, fd and origin",
            () => watch.Output.Any(line => Describes(line, talk)),
            evidence: () => string.Join('\n', watch.Output.Concat(watch.Errors)));
    }

    private static bool Describes(string line, Conversation talk)
    {
        JsonElement change = JsonDocument.Parse(line).RootElement;
        JsonElement socket = change.TryGetProperty("socket", out JsonElement inner) ? inner : change;
        return socket.TryGetProperty("cookie", out JsonElement cookie) && cookie.ToString() == talk.Cookie.ToString()
            && socket.TryGetProperty("holders", out JsonElement holders)
            && holders.EnumerateArray().Any(holder => holder.GetProperty("pid").GetInt32() == talk.Server.Pid && holder.GetProperty("fd").GetInt32() == talk.ServerSide.Fd)
            && socket.TryGetProperty("origin", out JsonElement origin) && origin.ValueKind == JsonValueKind.Object
            && origin.GetProperty("pid").GetInt32() == talk.Server.Pid;
    }
}
