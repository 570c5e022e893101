// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using CloseWait.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Tracer.Api.Tests.Given;
using Tracer.Attribution;
using Tracer.Wire;
using Xunit;
using StackFrame = Tracer.Attribution.StackFrame;

namespace Tracer.Api.Tests;

public class TracerServiceTests
{
    [Fact]
    public async Task Lists_what_matches_oldest_first_in_pages()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        for (ulong cookie = 1; cookie <= 300; cookie++)
            Publish(host, LedgerChangeKind.Existing, TestSockets.InCloseWait(cookie, enterKtimeNs: 1000 - cookie));
        TrackedSocket other = TestSockets.InCloseWait(999);
        other.Last.Event.LocalPort = 81;
        Publish(host, LedgerChangeKind.Existing, other);

        List<ListCloseWaitsResponse> pages = await ListAsync(host, new ListCloseWaitsRequest { Filter = new SocketFilter { LocalPorts = { 80 } } });

        Assert.Equal([256, 44], pages.Select(static page => page.Sockets.Count));
        Assert.Equal(
            Enumerable.Range(1, 300).Select(static i => (ulong)i).Reverse(),
            pages.SelectMany(static page => page.Sockets).Select(static socket => socket.Cookie));
    }

    [Fact]
    public async Task Lists_sockets_left_open_when_asked_to()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        Publish(host, LedgerChangeKind.Existing, TestSockets.InCloseWait(1));
        Publish(host, LedgerChangeKind.Exited, TestSockets.Ended(2, Tracer.Attribution.EndReason.ResetByPeer, isLeftOpen: true));

        Assert.Equal([1ul], Cookies(await ListAsync(host, new ListCloseWaitsRequest())));
        Assert.Equal([1ul, 2ul], Cookies(await ListAsync(host, new ListCloseWaitsRequest { IncludeLeftOpen = true })).Order());
    }

    [Fact]
    public async Task A_list_waits_for_a_fresh_scan_and_shows_what_it_found()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        host.Facts.Rescan = _ =>
        {
            Publish(host, LedgerChangeKind.Existing, TestSockets.InCloseWait(1));
            return Task.FromResult(true);
        };
        host.Facts.LastScanKtimeNs = host.Facts.Now - (2 * TestSockets.Second);
        Assert.Equal([1ul], Cookies(await ListAsync(host, new ListCloseWaitsRequest())));
        Assert.Equal(1, host.Facts.Rescans);

        host.Facts.LastScanKtimeNs = host.Facts.Now - (TestSockets.Second / 2);
        await ListAsync(host, new ListCloseWaitsRequest());
        Assert.Equal(1, host.Facts.Rescans);
    }

    [Fact]
    public async Task A_list_does_not_wait_long_for_a_scan()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        host.Facts.Rescan = static async cancellationToken =>
        {
            await Task.Delay(TimeSpan.FromHours(1), cancellationToken);
            return true;
        };
        Publish(host, LedgerChangeKind.Existing, TestSockets.InCloseWait(1));
        await ListAsync(host, new ListCloseWaitsRequest());
        Stopwatch watch = Stopwatch.StartNew();

        Assert.Equal([1ul], Cookies(await ListAsync(host, new ListCloseWaitsRequest())));

        Assert.InRange(watch.ElapsedMilliseconds, 250, 5000);
    }

    [Fact]
    public async Task Returns_a_stack_or_says_that_there_is_none()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        host.Facts.Stacks[9] = new StackReport(9, 7, [new StackFrame("main", "/bin/app", 1, 2, "ab", "main.c", 3)], false, true);

        Stack stack = (await host.Client.GetStackAsync(new GetStackRequest { StackId = 9 }, cancellationToken: Deadline.Token())).Stack;
        Assert.Equal((9ul, 7u, false, true), (stack.StackId, stack.Pid, stack.FpOnly, stack.Truncated));
        Frame frame = Assert.Single(stack.Frames);
        Assert.Equal(("main", "/bin/app", 1ul, 2ul, "ab", "main.c", 3u), (frame.Function, frame.Module, frame.Offset, frame.Address, frame.BuildId, frame.File, frame.Line));

        RpcException missing = await Assert.ThrowsAsync<RpcException>(
            () => host.Client.GetStackAsync(new GetStackRequest { StackId = 10 }, cancellationToken: Deadline.Token()).ResponseAsync);
        Assert.Equal(StatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task A_list_without_frames_names_the_stacks_only()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        host.Facts.Stacks[9] = new StackReport(9, 7, [new StackFrame("main", "/bin/app", 1, 2, "ab", "main.c", 3)], false, true);
        TrackedSocket socket = TestSockets.InCloseWait(1);
        socket.OriginKind = TcpOrigin.Connect;
        socket.Last.Record.Origin = WireValues.Actor(7, "app", stackId: 9);
        Publish(host, LedgerChangeKind.Existing, socket);

        Actor whole = Assert.Single((await ListAsync(host, new ListCloseWaitsRequest())).SelectMany(page => page.Sockets)).Origin;
        Actor brief = Assert.Single((await ListAsync(host, new ListCloseWaitsRequest { OmitFrames = true })).SelectMany(page => page.Sockets)).Origin;

        Assert.Equal((9ul, 1), (whole.StackId, whole.Stack.Count));
        Assert.Equal((9ul, 0), (brief.StackId, brief.Stack.Count));
    }

    [Fact]
    public async Task What_a_service_did_not_expect_is_logged_and_told_to_the_client_without_details()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        host.Facts.Rescan = static _ => throw new NotSupportedException("secret");

        RpcException failure = await RefusalAsync(host.Client.ListCloseWaits(new ListCloseWaitsRequest(), cancellationToken: Deadline.Token()));

        Assert.Equal(StatusCode.Unknown, failure.StatusCode);
        Assert.DoesNotContain("secret", failure.Status.Detail, StringComparison.Ordinal);
        string line = Assert.Single(host.Errors.Lines);
        Assert.StartsWith("/closewait.v1.TracerService/ListCloseWaits failed System.NotSupportedException: secret", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reports_the_status_of_the_daemon_and_of_the_hub()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        Publish(host, LedgerChangeKind.Existing, TestSockets.InCloseWait(1));

        GetStatusResponse status = await host.Client.GetStatusAsync(new GetStatusRequest(), cancellationToken: Deadline.Token());

        Assert.Equal(("0.1.0", "6.18.0", 4711u), (status.Version, status.KernelRelease, status.Pid));
        Assert.Equal(FakeFacts.Epoch, status.StartTime.ToDateTimeOffset());
        Assert.Equal(FakeFacts.Epoch.AddSeconds(9), status.LastScanTime.ToDateTimeOffset());
        Hook hook = Assert.Single(status.Hooks);
        Assert.Equal(("close", "tracepoint", "fentry", "EPERM"), (hook.Fact, hook.Rung, hook.Refused[0].Rung, hook.Refused[0].Reason));
        Assert.Equal(["transitions", "hub_changes", "hub_transitions"], status.Counters.Select(static counter => counter.Name));
        Assert.Equal(
            ["sockets", "hub_sockets", "finding_sites", "subscriber_changes", "subscriber_transitions", "streams"], status.Bounds.Select(static bound => bound.Name));
        Assert.Equal((1ul, 327_680ul), (status.Bounds[1].Used, status.Bounds[1].Limit));
    }

    [Fact]
    public async Task A_bad_filter_is_refused_by_every_call_that_takes_one()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        SocketFilter bad = new() { Ports = { 70_000 } };
        RpcException[] refusals =
        [
            await RefusalAsync(host.Client.WatchTransitions(new WatchTransitionsRequest { Filter = bad }, cancellationToken: Deadline.Token())),
            await RefusalAsync(host.Client.WatchCloseWaits(new WatchCloseWaitsRequest { Filter = bad }, cancellationToken: Deadline.Token())),
            await RefusalAsync(host.Client.ListCloseWaits(new ListCloseWaitsRequest { Filter = bad }, cancellationToken: Deadline.Token())),
        ];
        Assert.All(refusals, static refusal =>
        {
            Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
            Assert.Equal("filter.ports: 70000 is not a port (1 to 65535)", refusal.Status.Detail);
        });
    }

    [Fact]
    public async Task Streams_beyond_the_limit_are_refused_and_a_place_is_free_again_when_one_ends()
    {
        await using ApiHost host = await ApiHost.StartAsync(change: static options => options with { MaxStreams = 2 });
        using var one = host.Client.WatchCloseWaits(new WatchCloseWaitsRequest(), cancellationToken: Deadline.Token());
        using var two = host.Client.WatchTransitions(new WatchTransitionsRequest(), cancellationToken: Deadline.Token());
        Assert.True(await one.ResponseStream.MoveNext(Deadline.Token()));
        Assert.True(await two.ResponseStream.MoveNext(Deadline.Token()));

        RpcException refusal = await RefusalAsync(
            host.Client.WatchCloseWaits(new WatchCloseWaitsRequest(), cancellationToken: Deadline.Token()));

        Assert.Equal((StatusCode.ResourceExhausted, "2 streams are open already, which is the limit"), (refusal.StatusCode, refusal.Status.Detail));
        one.Dispose();
        await Deadline.UntilAsync("the place is free", () => Streams(host).Used == 1);
        Assert.Equal(1ul, Streams(host).Refused);
        using var three = host.Client.WatchCloseWaits(new WatchCloseWaitsRequest(), cancellationToken: Deadline.Token());
        Assert.True(await three.ResponseStream.MoveNext(Deadline.Token()));
    }

    [Fact]
    public async Task Clients_that_leave_in_whatever_way_leave_no_trace()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        for (int i = 0; i < 5; i++)
        {
            using CancellationTokenSource leaving = CancellationTokenSource.CreateLinkedTokenSource(Deadline.Token());
            CloseWait.V1.TracerService.TracerServiceClient client = NewClient(host, out GrpcChannel channel);
            var transitions = client.WatchTransitions(new WatchTransitionsRequest(), cancellationToken: leaving.Token);
            var changes = client.WatchCloseWaits(new WatchCloseWaitsRequest(), deadline: DateTime.UtcNow.AddMilliseconds(200), cancellationToken: Deadline.Token());
            Assert.True(await transitions.ResponseStream.MoveNext(Deadline.Token()));
            Assert.True(await changes.ResponseStream.MoveNext(Deadline.Token()));
            host.Hub.PublishTransitions(TestSockets.Transitions(1, 5000));
            if (i % 2 == 0)
                await leaving.CancelAsync();
            channel.Dispose(); // breaks the connection under both
        }
        await Deadline.UntilAsync("all streams have ended", () => Streams(host).Used == 0);
        Assert.Empty(host.Errors.Lines);
    }

    [Fact]
    public async Task Stopping_ends_open_streams_at_once_and_says_why()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using var call = host.Client.WatchCloseWaits(new WatchCloseWaitsRequest(), cancellationToken: Deadline.Token());
        Assert.True(await call.ResponseStream.MoveNext(Deadline.Token()));
        Stopwatch watch = Stopwatch.StartNew();
        Task stopping = host.App.StopAsync(TestContext.Current.CancellationToken);

        RpcException end = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Deadline.Token()));
        await stopping;

        Assert.Equal((StatusCode.Unavailable, "the daemon is stopping"), (end.StatusCode, end.Status.Detail));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5));
        Assert.Empty(host.Errors.Lines);
    }

    [Fact]
    public async Task Reflection_and_health_are_served_beside_it()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        _ = NewClient(host, out GrpcChannel channel);
        using (channel)
        {
            var health = new Grpc.Health.V1.Health.HealthClient(channel);
            var answer = await health.CheckAsync(
                new Grpc.Health.V1.HealthCheckRequest { Service = "closewait.v1.TracerService" }, cancellationToken: Deadline.Token());
            Assert.Equal(Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus.Serving, answer.Status);

            var reflection = new Grpc.Reflection.V1.ServerReflection.ServerReflectionClient(channel);
            using var call = reflection.ServerReflectionInfo(cancellationToken: Deadline.Token());
            await call.RequestStream.WriteAsync(new Grpc.Reflection.V1.ServerReflectionRequest { ListServices = "" }, Deadline.Token());
            Assert.True(await call.ResponseStream.MoveNext(Deadline.Token()));
            Assert.Contains("closewait.v1.TracerService", call.ResponseStream.Current.ListServicesResponse.Service.Select(static service => service.Name));
        }
    }

    private static CloseWait.V1.TracerService.TracerServiceClient NewClient(ApiHost host, out GrpcChannel channel)
    {
        SocketsHttpHandler handler = new() { ConnectCallback = async (_, cancel) => await ApiHost.ConnectAsync(host.SocketPath, cancel) };
        channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
        return new CloseWait.V1.TracerService.TracerServiceClient(channel);
    }

    private static Bound Streams(ApiHost host) =>
        host.Client.GetStatus(new GetStatusRequest(), cancellationToken: Deadline.Token()).Bounds.Single(static bound => bound.Name == "streams");

    private static async Task<RpcException> RefusalAsync<T>(AsyncServerStreamingCall<T> call)
    {
        using (call)
            return await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Deadline.Token()));
    }

    private static async Task<List<ListCloseWaitsResponse>> ListAsync(ApiHost host, ListCloseWaitsRequest request)
    {
        using var call = host.Client.ListCloseWaits(request, cancellationToken: Deadline.Token());
        List<ListCloseWaitsResponse> pages = [];
        await foreach (ListCloseWaitsResponse page in call.ResponseStream.ReadAllAsync(Deadline.Token()))
            pages.Add(page);
        return pages;
    }

    private static IEnumerable<ulong> Cookies(List<ListCloseWaitsResponse> pages) =>
        pages.SelectMany(static page => page.Sockets).Select(static socket => socket.Cookie);

    private static void Publish(ApiHost host, LedgerChangeKind kind, TrackedSocket socket) => host.Hub.PublishSocket(kind, in socket);
}
