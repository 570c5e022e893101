// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests;

/// <summary>What it can do without, and how it says what it cannot. What is taken away is taken away in mount namespaces that end with the daemon.</summary>
[Trait("Guest", "yes")]
public sealed class MinimumTests : KernelTest
{
    private static readonly string[] WithoutBtf = Launcher("mount -t tmpfs none /sys/kernel/btf");

    private static readonly string[] WithoutTracefs = Launcher(
        "for folder in tracing debug; do [ ! -d /sys/kernel/$folder ] || mount -t tmpfs none /sys/kernel/$folder || exit 1; done");

    private static readonly string[] WithLittleLockedMemory = Launcher("ulimit -l 64");

    [Theory]
    [InlineData("run", "--socket")]
    [InlineData("check")]
    [InlineData("list", "--socket")] // starts a daemon of its own
    public async Task Without_type_information_it_says_so_in_one_line(string command, params string[] options)
    {
        using ScratchFolder scratch = new();
        MachineInventory before = await MachineInventory.Take();
        string[] socket = options.Length > 0 ? [.. options, scratch.PathOf("nobody")] : [];
        Command result = await Command.Run(WithoutBtf[0], [.. WithoutBtf[1..], Repository.Executable, command, .. socket]);
        Assert.True(result.ExitCode == 5, result.ToString());
        Assert.Equal("", result.Output);
        string reason = Assert.Single(result.ErrorLines);
        Assert.Contains("CONFIG_DEBUG_INFO_BTF", reason, StringComparison.Ordinal);
        Assert.Contains("--btf FILE", reason, StringComparison.Ordinal);
        Assert.Empty((await MachineInventory.Take()).Added(before));
    }

    [Fact]
    public async Task Type_information_from_a_file_is_as_good()
    {
        using ScratchFolder scratch = new();
        string file = scratch.PathOf("btf");
        await using (FileStream copy = File.Create(file))
        await using (FileStream original = File.OpenRead("/sys/kernel/btf/vmlinux"))
            await original.CopyToAsync(copy, TestContext.Current.CancellationToken);
        await using Daemon daemon = await Daemon.StartBy(WithoutBtf, "--btf", file);
        await AssertTellsOfLeak(daemon);

        Command check = await Command.Run(WithoutBtf[0], [.. WithoutBtf[1..], Repository.Executable, "check", "--btf", file]);
        Assert.True(check.ExitCode == 0, check.ToString());
    }

    [Fact]
    public async Task Tracefs_is_not_needed()
    {
        await using Daemon daemon = await Daemon.StartBy(WithoutTracefs);
        Assert.Empty(Directory.GetFileSystemEntries($"/proc/{daemon.Pid}/root/sys/kernel/tracing"));
        await AssertTellsOfLeak(daemon);
        await AssertSameHooks(daemon);
    }

    [Fact]
    public async Task Locked_memory_of_64_KiB_is_enough()
    {
        await using Daemon daemon = await Daemon.StartBy(WithLittleLockedMemory);
        await AssertTellsOfLeak(daemon);
        await AssertSameHooks(daemon);
    }

    [Fact]
    public async Task A_task_that_cannot_be_read_is_nobody_rather_than_the_wrong_one()
    {
        await using Daemon daemon = await Daemon.Start("--hooks", "task=none");
        await using Conversation talk = await Conversation.Start();
        await talk.Request();
        await talk.Client.Close(talk.ClientSide);
        SocketRecord socket = await Listed(daemon, talk, _ => true);
        Assert.True(socket.Origin is null or { Pid: 0 } or { Source: Source.Scanned }, $"{socket.Origin}"); // whoever holds it was not seen to accept it
        Assert.Equal(0u, socket.LastRead?.Pid ?? 0);
        Assert.NotEqual(Verdict.HeldElsewhere, socket.Verdict);
    }

    [Fact]
    public async Task A_task_that_is_read_by_probe_reads_is_the_same()
    {
        Command check = await Command.Run(Repository.Executable, "check", "--hooks", "task=probe-read");
        Assert.SkipWhen(check.ExitCode == 2, "not on this kernel: " + check.Error);
        await using Daemon daemon = await Daemon.Start("--hooks", "task=probe-read");
        await AssertTellsOfLeak(daemon);
    }

    /// <summary>Who read it and who holds it, on kernels that tell of them.</summary>
    private static async Task AssertTellsOfLeak(Daemon daemon)
    {
        await using Conversation talk = await Conversation.Start();
        await talk.Request();
        await talk.Client.Close(talk.ClientSide);
        Dictionary<string, string> hooks = (await daemon.Status()).Hooks.ToDictionary(hook => hook.Fact, hook => hook.Rung);
        bool hasTask = hooks["task"] != "none", hasHolders = hooks["holders"] != "none";
        SocketRecord socket = await Listed(
            daemon, talk, socket => (!hasTask || socket.LastRead is not null) && (!hasHolders || socket.Holders.Count > 0));
        if (hasTask)
        {
            Assert.Equal((uint)talk.Server.Pid, socket.LastRead.Pid);
            Assert.NotNull(socket.LastRead.ProcessStartTime);
        }

        if (hasHolders)
            Assert.Equal(((uint)talk.Server.Pid, (uint)talk.ServerSide.Fd), (socket.Holders[0].Pid, socket.Holders[0].Fd));
    }

    private static async Task AssertSameHooks(Daemon daemon)
    {
        await using Daemon usual = await Daemon.Start();
        Assert.Equal((await usual.Status()).Hooks, (await daemon.Status()).Hooks);
    }

    /// <summary>Found by its port: kernels without socket cookies number sockets in their own way.</summary>
    private static async Task<SocketRecord> Listed(Daemon daemon, Conversation talk, Func<SocketRecord, bool> condition)
    {
        SocketFilter filter = new() { LocalPorts = { (uint)talk.Listener.Port } };
        List<SocketRecord> last = [];
        return await Deadline.Until(
            "the leak is listed",
            async () => (last = await daemon.List(filter)).Find(socket => socket.State == TcpState.CloseWait && condition(socket)),
            evidence: () => string.Join('\n', last));
    }

    private static string[] Launcher(string preparation) => ["unshare", "-m", "sh", "-c", $"{preparation} && exec \"$@\"", "sh"];
}
