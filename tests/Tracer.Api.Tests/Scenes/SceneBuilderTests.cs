// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Api.Scenes;
using Tracer.Api.Tests.Given;
using Tracer.Attribution;
using Xunit;
using Item = CloseWait.V1.SceneItem.ItemOneofCase;

namespace Tracer.Api.Tests.Scenes;

public class SceneBuilderTests
{
    private static readonly SceneHeader Header = new() { Format = 1, Host = "h" };

    private readonly FakeFacts _facts = new();
    private readonly EventHub _hub = new();

    [Fact]
    public async Task What_is_small_and_worth_most_comes_first()
    {
        _facts.Descriptors[TestSockets.Holder(10, 3, "a").Process] = new DescriptorFacts(80, 100);
        Publish(TestSockets.InCloseWait(1), originStack: 7);
        Publish(TestSockets.InCloseWait(2), originStack: 7);
        List<SceneItem> items = await Build(new ListenerFacts { Cookie = 5, LocalPort = 80, QueueLength = 3, QueueLimit = 4 });

        Assert.Equal(
            [Item.Header, Item.Summary, Item.Status, Item.Descriptors, Item.Listener, Item.Stack, Item.Socket, Item.Socket],
            items.Select(item => item.ItemCase).Where(kind => kind != Item.Finding));
        int firstSocket = items.FindIndex(item => item.ItemCase == Item.Socket);
        Assert.True(items.FindLastIndex(item => item.ItemCase == Item.Finding) < firstSocket);
        Assert.Equal(Header, items[0].Header);
        Assert.Equal((2ul, "0.1.0"), (items[1].Summary.CloseWaits, items[1].Summary.Version));
        Assert.Contains(items[2].Status.Counters, counter => counter.Name == "transitions");
        Assert.Contains(items[2].Status.Bounds, bound => bound.Name == "hub_sockets");
    }

    [Fact]
    public async Task Sockets_that_have_just_come_are_in_a_finding()
    {
        TrackedSocket socket = TestSockets.InCloseWait(1, _facts.Now - (TestSockets.Second / 10));
        socket.Verdict = Attribution.Verdict.EofNotRead;
        Publish(socket);
        Assert.Equal(1ul, Assert.Single(await Build(), item => item.ItemCase == Item.Finding).Finding.Sockets);
    }

    [Fact]
    public async Task Each_stack_is_told_once_before_the_first_socket_that_has_it()
    {
        Publish(TestSockets.InCloseWait(1), originStack: 7, lastReadStack: 8);
        Publish(TestSockets.InCloseWait(2), originStack: 8, lastReadStack: 7);
        Publish(TestSockets.InCloseWait(3), originStack: 9, lastReadStack: 99); // 99 is no longer kept
        List<SceneItem> items = await Build();

        Assert.Equal(
            ["stack 7", "stack 8", "socket 1", "socket 2", "stack 9", "socket 3"],
            items.Where(item => item.ItemCase is Item.Stack or Item.Socket)
                .Select(item => item.Stack is { } stack ? $"stack {stack.StackId}" : $"socket {item.Socket.Cookie}"));
        Stack first = items.First(item => item.ItemCase == Item.Stack).Stack;
        Assert.Equal("open_7", first.Frames[0].Function);
        SocketRecord socket = items.First(item => item.ItemCase == Item.Socket).Socket;
        Assert.Equal(7ul, socket.Origin.StackId);
        Assert.Empty(socket.Origin.Stack);
    }

    [Fact]
    public async Task Sockets_left_open_are_told_too()
    {
        Publish(TestSockets.Ended(4, Attribution.EndReason.ResetByPeer, isLeftOpen: true), LedgerChangeKind.Exited);
        List<SceneItem> items = await Build();
        Assert.True(items[^1].Socket.DescriptorLeftOpen);
    }

    [Fact]
    public async Task Every_holder_has_its_descriptors_told_nearest_to_the_limit_first()
    {
        _facts.AddProcess(10, "calm", "/calm");
        _facts.AddProcess(11, "full", "/full");
        _facts.Descriptors[TestSockets.Holder(10, 0, "").Process] = new DescriptorFacts(100, 1000);
        _facts.Descriptors[TestSockets.Holder(11, 0, "").Process] = new DescriptorFacts(99, 100);
        TrackedSocket socket = TestSockets.InCloseWait(1);
        socket.Holders = [TestSockets.Holder(10, 3, "calm"), TestSockets.Holder(11, 3, "full"), TestSockets.Holder(12, 3, "gone")];
        _hub.PublishSocket(LedgerChangeKind.Entered, in socket);

        DescriptorUse[] uses = [.. (await Build()).Where(item => item.ItemCase == Item.Descriptors).Select(item => item.Descriptors)];
        Assert.Equal(
            [
                new DescriptorUse { Pid = 11, Comm = "full", Open = 99, Limit = 100, Stuck = 1, Share = 0.99 },
                new DescriptorUse { Pid = 10, Comm = "calm", Open = 100, Limit = 1000, Stuck = 1, Share = 0.1 },
            ],
            uses);
    }

    [Fact]
    public async Task Listeners_are_told_fullest_first_with_what_is_stuck_in_their_queues()
    {
        _facts.KernelCounters = [new KernelCounterValue("TcpExt.ListenOverflows", 100, 7)];
        ListenerFacts full = new()
        {
            Cookie = 5,
            Netns = 4026531840,
            LocalAddress = WireValues.Address("127.0.0.1"),
            LocalPort = 80,
            QueueLength = 129,
            QueueLimit = 128,
        };
        TrackedSocket queued = TestSockets.InCloseWait(1);
        queued.InAcceptQueue = true;
        queued.Listener = full;
        _hub.PublishSocket(LedgerChangeKind.Entered, in queued);
        List<SceneItem> items = await Build(
            new ListenerFacts { Cookie = 6, LocalPort = 81, QueueLimit = 128 }, full, new ListenerFacts { Cookie = 7, QueueLength = 500 });

        ListenerUse[] listeners = [.. items.Where(item => item.ItemCase == Item.Listener).Select(item => item.Listener)];
        Assert.Equal([80u, 81u], listeners.Select(listener => listener.LocalPort));
        Assert.Equal(
            new ListenerUse { LocalAddress = "127.0.0.1", LocalPort = 80, QueueLength = 129, QueueLimit = 128, Overflows = 7, Stuck = 1 }, listeners[0]);
        Assert.Equal(7ul, Assert.Single(items[1].Summary.Kernel).SinceTracing);
    }

    [Fact]
    public async Task A_daemon_that_stops_does_not_wait_for_the_last_socket()
    {
        Publish(TestSockets.InCloseWait(1));
        Publish(TestSockets.InCloseWait(2));
        using CancellationTokenSource stop = new();
        List<SceneItem> items = [];
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new SceneBuilder(_hub, _facts).WriteAsync(Header, [], item =>
        {
            items.Add(item);
            if (item.ItemCase == Item.Socket)
                stop.Cancel();
        }, stop.Token));
        Assert.Single(items, item => item.ItemCase == Item.Socket);
    }

    private async Task<List<SceneItem>> Build(params ListenerFacts[] listeners)
    {
        List<SceneItem> items = [];
        await new SceneBuilder(_hub, _facts).WriteAsync(Header, listeners, items.Add, TestContext.Current.CancellationToken);
        return items;
    }

    private void Publish(TrackedSocket socket, ulong originStack, ulong lastReadStack = 0)
    {
        socket.EnterKtimeNs += socket.Key.Cookie;
        socket.Holders = [TestSockets.Holder(10, (uint)socket.Key.Cookie, "a")];
        socket.Last.Record.Origin = WireValues.Actor(10, "a", stackId: originStack);
        if (lastReadStack != 0)
            socket.Last.Record.LastRead = WireValues.Actor(10, "a", stackId: lastReadStack);
        foreach (ulong id in (ulong[])[7, 8, 9])
            _facts.Stacks[id] = new StackReport(id, 10, [new StackFrame($"open_{id}", "/a", 1, 1, "", "", 0, CodeKind.Native, false)], false, false);
        Publish(socket);
    }

    private void Publish(TrackedSocket socket, LedgerChangeKind kind = LedgerChangeKind.Entered) => _hub.PublishSocket(kind, in socket);
}
