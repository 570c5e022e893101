// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Tracer.Api.Tests.Given;
using Tracer.Attribution;
using Tracer.Wire;
using Xunit;
using Client = CloseWait.V1.TracerService.TracerServiceClient;
using EndReason = Tracer.Attribution.EndReason;
using StackFrame = Tracer.Attribution.StackFrame;
using TcpState = CloseWait.V1.TcpState;
using Verdict = Tracer.Attribution.Verdict;

namespace Tracer.Api.Tests.Findings;

public class FindingCallsTests
{
    [Fact]
    public async Task Sockets_of_one_service_are_one_finding_with_its_examples()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        StuckSockets.Publish(host, 1, 5, pid: 7);
        StuckSockets.Publish(host, 11, 2, pid: 8);

        ListFindingsResponse answer = await ListAsync(host, new ListFindingsRequest());

        Assert.Equal([(5ul, 7u), (2ul, 8u)], answer.Findings.Select(static finding => (finding.Sockets, finding.Owner.Processes[0].Pid)));
        Finding worst = answer.Findings[0];
        Assert.Equal(CloseWait.V1.Verdict.EofReadNotClosed, worst.Verdict);
        Assert.Equal([1ul, 2ul, 3ul], worst.Examples.Select(static socket => socket.Cookie));
        Assert.Matches("^[0-9a-f]{16}$", worst.Id);
        Assert.False(answer.Truncated);
    }

    [Fact]
    public async Task Young_sockets_are_not_judged_and_the_age_is_the_clients_to_choose()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        StuckSockets.Publish(host, 1, 5, pid: 7, enterKtimeNs: host.Facts.Now - (2 * TestSockets.Second));

        Assert.Empty((await ListAsync(host, new ListFindingsRequest())).Findings);
        Assert.Single((await ListAsync(host, new ListFindingsRequest { MinAge = new Duration { Seconds = 2 } })).Findings);
        Assert.Single((await ListAsync(host, new ListFindingsRequest { MinAge = new Duration() })).Findings);
    }

    [Fact]
    public async Task A_filter_chooses_the_sockets_and_the_verdicts()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        StuckSockets.Publish(host, 1, 5, pid: 7);
        StuckSockets.Publish(host, 11, 2, pid: 8, Verdict.EofNotRead);

        Assert.Equal(2ul, Assert.Single((await ListAsync(host, Of(new SocketFilter { Pids = { 8 } }))).Findings).Sockets);
        Assert.Equal(1ul, Assert.Single((await ListAsync(host, Of(new SocketFilter { Cookies = { 3, 999 } }))).Findings).Sockets);
        ListFindingsResponse unread = await ListAsync(host, Of(new SocketFilter { Verdicts = { CloseWait.V1.Verdict.EofNotRead, CloseWait.V1.Verdict.SlowClose } }));
        Assert.Equal(2ul, Assert.Single(unread.Findings).Sockets);
        Assert.Equal(7ul, unread.Summary.CloseWaits);
    }

    [Fact]
    public async Task The_harmless_ones_are_counted_and_told_when_asked_for()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        StuckSockets.Publish(host, 1, 2, pid: 7, Verdict.HalfCloseInUse);

        ListFindingsResponse without = await ListAsync(host, new ListFindingsRequest());
        ListFindingsResponse with = await ListAsync(host, new ListFindingsRequest { IncludeHarmless = true });

        Assert.Empty(without.Findings);
        Assert.Equal(1ul, without.Summary.HarmlessFindings);
        Assert.Equal(Severity.Harmless, Assert.Single(with.Findings).Severity);
        Assert.Equal(0ul, with.Summary.HarmlessFindings);
    }

    [Fact]
    public async Task The_summary_is_of_the_whole_host()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        host.Facts.KernelCounters = [new KernelCounterValue("TcpExt.ListenOverflows", 130, 7)];
        StuckSockets.Publish(host, 1, 3, pid: 7);
        StuckSockets.Publish(host, 11, 1, pid: 8, Verdict.EofNotRead, enterKtimeNs: host.Facts.Now);
        Publish(host, LedgerChangeKind.Exited, TestSockets.Ended(1));
        TrackedSocket leftOpen = TestSockets.Ended(2, EndReason.ResetByPeer, isLeftOpen: true);
        leftOpen.Verdict = Verdict.ResetButOpen;
        Publish(host, LedgerChangeKind.Exited, leftOpen);

        HostSummary summary = (await ListAsync(host, Of(new SocketFilter { Pids = { 999 } }))).Summary;

        Assert.Equal((2ul, 1ul), (summary.CloseWaits, summary.LeftOpen));
        Assert.Equal(
            [(CloseWait.V1.Verdict.EofNotRead, 1ul), (CloseWait.V1.Verdict.EofReadNotClosed, 1ul), (CloseWait.V1.Verdict.ResetButOpen, 1ul)],
            summary.Verdicts.Select(static verdict => (verdict.Verdict, verdict.Count)));
        Assert.Equal(
            [(CloseWait.V1.EndReason.Closed, 1ul), (CloseWait.V1.EndReason.ResetByPeer, 1ul)],
            summary.Ends.Select(static end => (end.Reason, end.Count)));
        Assert.Equal(("TcpExt.ListenOverflows", 130ul, 7ul), (summary.Kernel[0].Name, summary.Kernel[0].Value, summary.Kernel[0].SinceTracing));
        Assert.Equal(("6.18.0", "0.1.0"), (summary.KernelRelease, summary.Version));
        Assert.Equal(host.Facts.ToWallClock(host.Facts.TracingSinceKtimeNs), summary.TracingSince.ToDateTimeOffset());
    }

    [Fact]
    public async Task An_end_that_nobody_heard_of_is_counted_when_a_replay_shows_it()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        StuckSockets.Publish(host, 1, 3, pid: 7);
        host.Hub.BeginReplay();
        StuckSockets.Publish(host, 1, 2, pid: 7);
        host.Hub.EndReplay(host.Facts.Now);

        ListFindingsResponse answer = await ListAsync(host, new ListFindingsRequest());

        Finding finding = Assert.Single(answer.Findings);
        Assert.Equal((2ul, 3ul, 1ul), (finding.Sockets, finding.Opened, finding.Closed));
        EndCount end = Assert.Single(answer.Summary.Ends);
        Assert.Equal((CloseWait.V1.EndReason.Unspecified, 1ul), (end.Reason, end.Count));
    }

    [Fact]
    public async Task Descriptors_are_read_for_the_holders_and_nobody_else()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        StuckSockets.Publish(host, 1, 3, pid: 7);
        host.Facts.Descriptors[new ProcessKey(7, 7000)] = new DescriptorFacts(900, 1024);
        host.Facts.Descriptors[new ProcessKey(9, 9000)] = new DescriptorFacts(1, 2);

        DescriptorUse use = Assert.Single(Assert.Single((await ListAsync(host, new ListFindingsRequest())).Findings).Descriptors);

        Assert.Equal((7u, 900ul, 1024ul, 3ul), (use.Pid, use.Open, use.Limit, use.Stuck));
    }

    [Theory]
    [InlineData(4026531840, 33ul)]
    [InlineData(4026532999, 0ul)] // a container's listener has counters of its own
    public async Task Overflows_are_told_of_listeners_in_the_network_namespace_that_was_counted(uint netns, ulong overflows)
    {
        await using ApiHost host = await ApiHost.StartAsync();
        host.Facts.KernelCounters = [new KernelCounterValue("TcpExt.ListenOverflows", 130, 33)];
        TrackedSocket socket = StuckSockets.Of(1, pid: 7, Verdict.NeverAccepted);
        (socket.InAcceptQueue, socket.Holders) = (true, []);
        socket.Listener = new ListenerFacts { Cookie = 4, Netns = netns, LocalPort = 80, QueueLength = 1, QueueLimit = 128, Holders = [TestSockets.Holder(7, 3, "app")] };
        Publish(host, LedgerChangeKind.Existing, socket);

        ListenerUse listener = Assert.Single((await ListAsync(host, new ListFindingsRequest())).Findings).Listener;

        Assert.Equal((1u, 128u, overflows), (listener.QueueLength, listener.QueueLimit, listener.Overflows));
    }

    [Fact]
    public async Task A_list_waits_for_a_fresh_scan()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        host.Facts.Rescan = _ =>
        {
            StuckSockets.Publish(host, 1, 1, pid: 7);
            return Task.FromResult(true);
        };

        Assert.Single((await ListAsync(host, new ListFindingsRequest())).Findings);
        Assert.Equal(1, host.Facts.Rescans);
    }

    [Fact]
    public async Task Threads_are_looked_at_only_when_asked_for()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        StuckSockets.Publish(host, 1, 3, pid: 7, Verdict.EofNotRead);
        host.Facts.Descriptors[new ProcessKey(7, 7000)] = new DescriptorFacts(5, 10);
        int looks = 0;
        host.Facts.Inspection = (pid, _) =>
        {
            looks++;
            return new ThreadInspection(ThreadInspectionStatus.Ok, "", [new ThreadFacts(pid, 77, "loop") { State = "sleeping" }], false);
        };

        Assert.Empty(Assert.Single((await ListAsync(host, new ListFindingsRequest())).Findings).Threads);
        Assert.Equal(0, looks);
        ListFindingsResponse with = await ListAsync(host, new ListFindingsRequest { IncludeThreads = true });
        CloseWait.V1.ThreadState thread = Assert.Single(Assert.Single(with.Findings).Threads);
        Assert.Equal((7u, 77u, "sleeping"), (thread.Pid, thread.Tid, thread.State));
        Assert.Equal(1, looks);
    }

    [Fact]
    public async Task A_socket_is_explained_with_the_finding_that_holds_it()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        StuckSockets.Publish(host, 1, 3, pid: 7);
        StuckSockets.Publish(host, 11, 3, pid: 8);
        StuckSockets.Publish(host, 21, 1, pid: 7, enterKtimeNs: host.Facts.Now);
        StuckSockets.Publish(host, 31, 1, pid: 9, Verdict.HalfCloseInUse);
        string[] ids = [.. (await ListAsync(host, new ListFindingsRequest())).Findings.OrderBy(static finding => finding.Owner.Processes[0].Pid).Select(static finding => finding.Id)];

        ExplainSocketResponse one = await ExplainAsync(host, 2);
        TrackedSocket socket = StuckSockets.Of(2, pid: 7);

        Assert.Equal((2ul, CloseWait.V1.Verdict.EofReadNotClosed, TcpState.CloseWait), (one.Socket.Cookie, one.Socket.Verdict, one.Socket.State));
        Assert.Equal(VerdictTexts.Explain(in socket, host.Facts, host.Facts.Now).Select(static line => line.Text), one.Evidence.Select(static line => line.Text));
        Assert.NotEmpty(one.Evidence);
        Assert.Equal(VerdictTexts.Advise(in socket, host.Facts), one.Advice);
        Assert.Equal(VerdictTexts.HarmlessWhen(Verdict.EofReadNotClosed), one.HarmlessWhen);
        Assert.Empty(one.Threads);
        Assert.Equal(ids, new string[] { one.FindingId, (await ExplainAsync(host, 12)).FindingId });
        Assert.Equal("", (await ExplainAsync(host, 21)).FindingId); // too young
        Assert.Equal("", (await ExplainAsync(host, 31)).FindingId); // harmless
    }

    [Fact]
    public async Task A_socket_is_explained_with_its_owners_threads_also_when_no_finding_holds_it()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        StuckSockets.Publish(host, 1, 1, pid: 7, Verdict.EofNotRead, enterKtimeNs: host.Facts.Now);
        host.Facts.Descriptors[new ProcessKey(7, 7000)] = new DescriptorFacts(5, 10);
        ThreadFacts blocked = new(7, 8, "loop")
        {
            State = "sleeping",
            Syscall = "recvfrom",
            SyscallFd = 9,
            SyscallTarget = "tcp 127.0.0.1:1 -> 127.0.0.1:2 ESTABLISHED",
            Frames = [new StackFrame("query_third_party", "", 0, 0, "", "app.py", 41, CodeKind.Python)],
            UserFrame = 0,
        };
        host.Facts.Inspection = (_, _) => new ThreadInspection(ThreadInspectionStatus.Ok, "", [new ThreadFacts(7, 5, "idle"), blocked], false);
        ExplainSocketResponse without = await ExplainAsync(host, 1);

        ExplainSocketResponse with = await host.Client.ExplainSocketAsync(
            new ExplainSocketRequest { Cookie = 1, IncludeThreads = true }, cancellationToken: Deadline.Token());

        Assert.Equal("", with.FindingId);
        Assert.Empty(without.Threads);
        Assert.Equal([(8u, true), (5u, false)], with.Threads.Select(static thread => (thread.Tid, thread.IsSuspect)));
        Assert.Equal(without.Evidence, with.Evidence.Skip(with.Evidence.Count - without.Evidence.Count));
        Assert.Contains("query_third_party (app.py:41)", with.Evidence[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_socket_that_is_left_open_is_explained_and_one_that_is_gone_is_not_found()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        TrackedSocket leftOpen = TestSockets.Ended(2, EndReason.ResetByPeer, isLeftOpen: true);
        leftOpen.Verdict = Verdict.ResetButOpen;
        Publish(host, LedgerChangeKind.Exited, leftOpen);
        Assert.Equal(CloseWait.V1.Verdict.ResetButOpen, (await ExplainAsync(host, 2)).Socket.Verdict);
        Assert.Equal(2ul, (await ExplainAsync(host, 2, netns: 4026531840)).Socket.Cookie);

        RpcException elsewhere = await Assert.ThrowsAsync<RpcException>(() => ExplainAsync(host, 2, netns: 5));
        Publish(host, LedgerChangeKind.Released, TestSockets.Ended(2));
        RpcException gone = await Assert.ThrowsAsync<RpcException>(() => ExplainAsync(host, 2));

        Assert.All([elsewhere, gone], static failure => Assert.Equal(
            (StatusCode.NotFound, "cookie: no socket 2 is in CLOSE_WAIT, or left open after it; it may have been closed since"),
            (failure.StatusCode, failure.Status.Detail)));
    }

    [Fact]
    public async Task An_inspection_tells_what_the_threads_do()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        IReadOnlyList<uint>? asked = null;
        host.Facts.Inspection = (pid, tids) =>
        {
            asked = tids;
            return new ThreadInspection(ThreadInspectionStatus.Ok, "", [new ThreadFacts(pid, 8, "loop") { State = "running" }], true);
        };

        InspectThreadsResponse answer = await host.Client.InspectThreadsAsync(
            new InspectThreadsRequest { Pid = 7, Tids = { 8, 9 } }, cancellationToken: Deadline.Token());

        Assert.Equal((InspectThreadsResponse.Types.Status.Ok, true, 8u), (answer.Status, answer.Truncated, Assert.Single(answer.Threads).Tid));
        Assert.Equal([8u, 9u], asked!);
    }

    [Fact]
    public async Task Why_threads_could_not_be_looked_at_is_told()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        host.Facts.Inspection = static (_, _) => new ThreadInspection(ThreadInspectionStatus.NoProcess, "no process 7", [], false);
        InspectThreadsResponse answer = await host.Client.InspectThreadsAsync(new InspectThreadsRequest { Pid = 7 }, cancellationToken: Deadline.Token());
        Assert.Equal((InspectThreadsResponse.Types.Status.NoProcess, "no process 7"), (answer.Status, answer.StatusText));
    }

    public static TheoryData<string, Func<Client, Task>> BadRequests => new()
    {
        { "cookie: 0 is not a socket cookie", static client => client.ExplainSocketAsync(new ExplainSocketRequest()).ResponseAsync },
        { "pid: 0 is no process id", static client => client.InspectThreadsAsync(new InspectThreadsRequest()).ResponseAsync },
        { "pid: 4294967295 is no process id", static client => client.InspectThreadsAsync(new InspectThreadsRequest { Pid = uint.MaxValue }).ResponseAsync },
        { "tids: 0 is no thread id", static client => client.InspectThreadsAsync(new InspectThreadsRequest { Pid = 1, Tids = { 5, 0 } }).ResponseAsync },
        { "tids: 257 values are more", static client => client.InspectThreadsAsync(new InspectThreadsRequest { Pid = 1, Tids = { Enumerable.Repeat(5u, 257) } }).ResponseAsync },
        { "min_age: is not between 0", static client => client.ListFindingsAsync(new ListFindingsRequest { MinAge = new Duration { Seconds = -1 } }).ResponseAsync },
        { "filter.verdicts: 77 is not a verdict", static client => client.ListFindingsAsync(Of(new SocketFilter { Verdicts = { (CloseWait.V1.Verdict)77 } })).ResponseAsync },
        { "filter.ports: 70000 is not a port", static client => client.ListFindingsAsync(Of(new SocketFilter { Ports = { 70_000 } })).ResponseAsync },
        { "period: is not between 0.2 s and 1 h", static client => WatchAsync(client, new WatchFindingsRequest { Period = new Duration { Nanos = 1 } }) },
        { "heartbeat_period: is not between", static client => WatchAsync(client, new WatchFindingsRequest { HeartbeatPeriod = new Duration() }) },
        { "min_age: is not between 0", static client => WatchAsync(client, new WatchFindingsRequest { MinAge = new Duration { Nanos = -1 } }) },
        { "filter.pids: 0 is not a process id", static client => WatchAsync(client, new WatchFindingsRequest { Filter = new SocketFilter { Pids = { 0 } } }) },
    };

    [Theory]
    [MemberData(nameof(BadRequests))]
    public async Task A_bad_request_is_refused_in_one_line_that_names_the_field(string problem, Func<Client, Task> call)
    {
        await using ApiHost host = await ApiHost.StartAsync();
        RpcException refusal = await Assert.ThrowsAsync<RpcException>(() => call(host.Client));
        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
        Assert.StartsWith(problem, refusal.Status.Detail, StringComparison.Ordinal);
        Assert.Empty(host.Errors.Lines);
    }

    [Fact]
    public async Task While_others_are_looked_at_an_inspection_is_refused_and_the_limit_of_calls_holds_for_all()
    {
        await using ApiHost host = await ApiHost.StartAsync(change: static options => options with { MaxStreams = 1 });
        RpcException busy = await Assert.ThrowsAsync<RpcException>(() =>
            host.Client.InspectThreadsAsync(new InspectThreadsRequest { Pid = 7 }, cancellationToken: Deadline.Token()).ResponseAsync);
        Assert.Equal((StatusCode.ResourceExhausted, "threads are being looked at for others already"), (busy.StatusCode, busy.Status.Detail));

        using var watch = host.Client.WatchFindings(new WatchFindingsRequest(), cancellationToken: Deadline.Token());
        Assert.True(await watch.ResponseStream.MoveNext(Deadline.Token()));
        RpcException full = await Assert.ThrowsAsync<RpcException>(() => ListAsync(host, new ListFindingsRequest()));
        Assert.Equal((StatusCode.ResourceExhausted, "1 streams are open already, which is the limit"), (full.StatusCode, full.Status.Detail));
    }

    [Fact]
    public async Task A_client_that_leaves_while_it_waits_leaves_no_trace()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        TaskCompletionSource asked = new();
        host.Facts.Rescan = async cancellationToken =>
        {
            asked.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return false;
        };
        using CancellationTokenSource leaving = CancellationTokenSource.CreateLinkedTokenSource(Deadline.Token());
        Task call = host.Client.ListFindingsAsync(new ListFindingsRequest(), cancellationToken: leaving.Token).ResponseAsync;
        await asked.Task;
        await leaving.CancelAsync();

        RpcException end = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal(StatusCode.Cancelled, end.StatusCode);
        await Deadline.UntilAsync("the place is free", () =>
            host.Client.GetStatus(new GetStatusRequest(), cancellationToken: Deadline.Token()).Bounds.Single(static bound => bound.Name == "streams").Used == 0);
        Assert.Empty(host.Errors.Lines);
    }

    private static ListFindingsRequest Of(SocketFilter filter) => new() { Filter = filter };

    private static async Task<ListFindingsResponse> ListAsync(ApiHost host, ListFindingsRequest request) =>
        await host.Client.ListFindingsAsync(request, cancellationToken: Deadline.Token());

    private static async Task<ExplainSocketResponse> ExplainAsync(ApiHost host, ulong cookie, uint netns = 0) =>
        await host.Client.ExplainSocketAsync(new ExplainSocketRequest { Cookie = cookie, Netns = netns }, cancellationToken: Deadline.Token());

    private static async Task WatchAsync(Client client, WatchFindingsRequest request)
    {
        using var call = client.WatchFindings(request, cancellationToken: Deadline.Token());
        await call.ResponseStream.MoveNext(Deadline.Token());
    }

    private static void Publish(ApiHost host, LedgerChangeKind kind, TrackedSocket socket) => host.Hub.PublishSocket(kind, in socket);
}
