// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;
using Item = CloseWait.V1.SceneItem.ItemOneofCase;

namespace Tracer.Kernel.Tests;

public sealed class SceneTests : KernelTest
{
    private const int Threshold = 20;
    private const int Size = 25;

    [Fact]
    public async Task Crowd_of_leaked_sockets_is_saved_once_per_crossing_with_all_that_is_known()
    {
        using ScratchFolder scratch = new();
        string scenes = scratch.PathOf("scenes");
        await using Crowd crowd = await Crowd.Gather();
        await using Daemon daemon = await Start(crowd, $"close_wait > {Threshold}", scenes);

        await crowd.Grow(Size);
        await UntilWritten(daemon, 1);
        string first = Assert.Single(SceneDirectory.Scenes(scenes));
        AssertTellsAll(SceneDirectory.Read(first), crowd);
        Assert.Contains(daemon.Process.Errors, line => line.StartsWith($"closewait: scene saved: {first} (", StringComparison.Ordinal));

        await AssertIsReadBack(first, crowd);

        await crowd.Grow(Size); // above all the time: no crossing
        await crowd.Disperse(daemon);
        Assert.Equal([first], SceneDirectory.Scenes(scenes));
        await crowd.Grow(Size);
        await UntilWritten(daemon, 2);
        Assert.Equal(2, SceneDirectory.Scenes(scenes).Length);
        Assert.Equal(2, Directory.GetFileSystemEntries(scenes).Length);
        Bound bound = Assert.Single((await daemon.Status()).Bounds, bound => bound.Name == "scenes");
        Assert.Equal((2ul, 16ul, 0ul), (bound.Used, bound.Limit, bound.Refused));
    }

    [Fact]
    public async Task Full_disk_costs_one_scene_and_leaves_nothing_behind()
    {
        using ScratchFolder scratch = new();
        string disk = Directory.CreateDirectory(scratch.PathOf("disk")).FullName;
        await using Crowd crowd = await Crowd.Gather();
        // In a mount namespace of its own, which ends with the daemon.
        const string fullDisk = """mount -t tmpfs -o size=1m,mode=700 none "$0" && (head -c 2m /dev/zero >"$0/filler" 2>/dev/null; exec "$@")""";
        await using Daemon daemon = await Daemon.StartBy(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c", fullDisk, disk], Options(crowd, $"close_wait > {Threshold}", disk));
        string seen = $"/proc/{daemon.Pid}/root{disk}";
        Assert.True(File.Exists(Path.Combine(seen, "filler")));

        await crowd.Grow(Size);
        await Deadline.Until("the scene has failed", async () => (await daemon.Counters())["scenes_failed"] == 1 ? "" : null);
        Assert.Equal(["filler"], Directory.GetFileSystemEntries(seen).Select(Path.GetFileName));
        Assert.Contains(daemon.Process.Errors, line => line.StartsWith($"closewait: scene not saved (close_wait > {Threshold}: ", StringComparison.Ordinal)
            && line.Contains("No space left on device", StringComparison.Ordinal));

        File.Delete(Path.Combine(seen, "filler"));
        await crowd.Disperse(daemon);
        await crowd.Grow(Size);
        await UntilWritten(daemon, 1);
        Assert.Equal(Item.End, SceneDirectory.Read(Assert.Single(SceneDirectory.Scenes(seen)))[^1].ItemCase);
    }

    [Fact]
    public async Task Full_accept_queue_is_saved_although_nothing_is_in_close_wait_yet()
    {
        using ScratchFolder scratch = new();
        string scenes = scratch.PathOf("scenes");
        await using Crowd crowd = await Crowd.Gather();
        await using Daemon daemon = await Start(crowd, "listen_queue > 90%", scenes);
        TargetSocket listener = await crowd.Server.Listen(backlog: 3);
        for (int i = 0; i < 4; i++)
            await crowd.Client.Connect(listener.Port);

        await UntilWritten(daemon, 1);
        List<SceneItem> items = SceneDirectory.Read(Assert.Single(SceneDirectory.Scenes(scenes)));
        Assert.Equal($"listen_queue > 90%: 133.3% of 127.0.0.1:{listener.Port}, 4/3", items[0].Header.Reason);
        ListenerUse queue = Assert.Single(items, item => item.Listener?.LocalPort == listener.Port).Listener;
        Assert.Equal((4u, 3u, "127.0.0.1"), (queue.QueueLength, queue.QueueLimit, queue.LocalAddress));
    }

    [Fact]
    public async Task Process_that_runs_out_of_descriptors_is_named()
    {
        using ScratchFolder scratch = new();
        string scenes = scratch.PathOf("scenes");
        await using Crowd crowd = await Crowd.Gather();
        await Command.MustRun("prlimit", "--pid", $"{crowd.Server.Pid}", "--nofile=40:40");
        await using Daemon daemon = await Start(crowd, "fd_share > 60%", scenes);
        await crowd.Grow(Size);

        await UntilWritten(daemon, 1);
        List<SceneItem> items = SceneDirectory.Read(Assert.Single(SceneDirectory.Scenes(scenes)));
        Assert.Matches($@"^fd_share > 60%: \d+(\.\d)?% of target\({crowd.Server.Pid}\)$", items[0].Header.Reason);
        DescriptorUse use = Assert.Single(items, item => item.Descriptors?.Pid == crowd.Server.Pid).Descriptors;
        Assert.Equal(40ul, use.Limit);
        Assert.InRange(use.Stuck, 1ul, (ulong)Size);
    }

    [Fact]
    public async Task Directory_that_others_can_write_to_is_refused_at_the_start()
    {
        using ScratchFolder scratch = new();
        string scenes = scratch.PathOf("scenes");
        Directory.CreateDirectory(scenes);
        await Command.MustRun("chmod", "777", scenes);
        Command run = await Command.Run(
            Repository.Executable, "run", "--socket", scratch.PathOf("s"), "--capture-when", "close_wait > 1", "--capture-dir", scenes);
        Assert.NotEqual(0, run.ExitCode);
        Assert.Equal([$"closewait: --capture-dir: {scenes} can be written to by others"], run.ErrorLines);
    }

    private static Task<Daemon> Start(Crowd crowd, string condition, string scenes) => Daemon.Start(Options(crowd, condition, scenes));

    // Of this namespace alone: what else happens on the machine is no part of the scene.
    private static string[] Options(Crowd crowd, string condition, string scenes) =>
        ["--netns", $"{crowd.Netns.Inode}", "--capture-when", condition, "--capture-dir", scenes];

    private static Task UntilWritten(Daemon daemon, ulong scenes) => Deadline.Until(
        $"{scenes} scenes are written", async () => (await daemon.Counters())["scenes_written"] == scenes ? "" : null, null,
        () => string.Join('\n', daemon.Process.Errors));

    private static async Task AssertIsReadBack(string scene, Crowd crowd)
    {
        Command list = await Command.Run(Repository.Executable, "list", "--from", scene, "--json");
        Assert.Equal((0, ""), (list.ExitCode, list.Error));
        Assert.Equal(SceneDirectory.Read(scene).Count(item => item.ItemCase == Item.Socket), list.OutputLines.Length);
        Command why = await Command.Run(Repository.Executable, "why", "--from", scene);
        Assert.Equal((0, ""), (why.ExitCode, why.Error));
        Assert.Contains($"target({crowd.Server.Pid})", why.Output, StringComparison.Ordinal);
        Assert.Contains("EOF_NOT_READ", why.Output, StringComparison.Ordinal);
    }

    private static void AssertTellsAll(List<SceneItem> items, Crowd crowd)
    {
        Assert.Equal((Item.Header, Item.Summary, Item.End), (items[0].ItemCase, items[1].ItemCase, items[^1].ItemCase));
        Assert.Equal(1u, items[0].Header.Format);
        Assert.Matches($@"^close_wait > {Threshold}: 2\d$", items[0].Header.Reason);
        Assert.Contains(items[1].Summary.Kernel, counter => counter.Name == "TcpExt.ListenOverflows");

        SocketRecord[] sockets = [.. items.Where(item => item.ItemCase == Item.Socket).Select(item => item.Socket)];
        Assert.InRange(sockets.Length, Threshold + 1, Size);
        ulong count = (ulong)sockets.Length;
        Assert.Equal((count, new SceneEnd { Sockets = count }), (items[1].Summary.CloseWaits, items[^1].End));
        Assert.All(sockets, socket => Assert.Equal((uint)crowd.Server.Pid, Assert.Single(socket.Holders).Pid));
        Dictionary<ulong, Stack> stacks = items.Where(item => item.ItemCase == Item.Stack).ToDictionary(item => item.Stack.StackId, item => item.Stack);
        Assert.All(sockets, socket => Assert.Contains(stacks[socket.Listener.Opener.StackId].Frames, frame => frame.Function == "publish_service"));

        Finding finding = Assert.Single(items, item => item.ItemCase == Item.Finding).Finding;
        Assert.Equal((count, Verdict.EofNotRead), (finding.Sockets, finding.Verdict));
        Assert.Equal((uint)crowd.Server.Pid, Assert.Single(finding.Owner.Processes).Pid);
        Assert.Equal(count, Assert.Single(items, item => item.Descriptors?.Pid == crowd.Server.Pid).Descriptors.Stuck);
        Assert.Contains(items, item => item.ItemCase == Item.Status && item.Status.Counters.Any(counter => counter.Name == "events_lost"));
    }
}
