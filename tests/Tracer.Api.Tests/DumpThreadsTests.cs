// SPDX-License-Identifier: Apache-2.0
using System.Net;
using CloseWait.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Tracer.Api.Tests.Given;
using Tracer.Attribution;
using Xunit;
using Client = CloseWait.V1.TracerService.TracerServiceClient;
using StackFrame = Tracer.Attribution.StackFrame;

namespace Tracer.Api.Tests;

public class DumpThreadsTests
{
    [Fact]
    public async Task Threads_come_with_their_frames()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        host.Facts.Threads = static (pid, mayStart) => new ThreadDump(
            ThreadDumpStatus.Ok, "", [new ThreadReport($"t{pid}{mayStart}", 8, 2, "RUNNABLE", [new StackFrame("A.b", "", 0, 0, "", "A.java", 3, CodeKind.Java)])], true);

        DumpThreadsResponse dump = await host.Client.DumpThreadsAsync(new DumpThreadsRequest { Pid = 7, MayStartListener = true }, cancellationToken: Deadline.Token());

        Assert.Equal((DumpThreadsResponse.Types.Status.Ok, true), (dump.Status, dump.Truncated));
        DumpedThread thread = Assert.Single(dump.Threads);
        Assert.Equal(("t7True", 8u, 2u, "RUNNABLE"), (thread.Name, thread.Tid, thread.NamespaceTid, thread.State));
        Frame frame = Assert.Single(thread.Frames);
        Assert.Equal(("A.b", "A.java", 3u, FrameKind.Java), (frame.Function, frame.File, frame.Line, frame.Kind));
    }

    [Fact]
    public async Task A_dump_is_cut_where_a_client_could_not_take_it()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        var thread = new ThreadReport(new string('x', 1 << 20), 8, 2, "", []);
        host.Facts.Threads = (_, _) => new ThreadDump(ThreadDumpStatus.Ok, "", [.. Enumerable.Repeat(thread, 20)], false);
        using GrpcChannel channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler { ConnectCallback = async (_, cancel) => await ApiHost.ConnectAsync(host.SocketPath, cancel) },
            MaxReceiveMessageSize = 32 << 20,
        });
        DumpThreadsResponse dump = await new Client(channel).DumpThreadsAsync(
            new DumpThreadsRequest { Pid = 7 }, cancellationToken: Deadline.Token());
        Assert.Equal((15, true), (dump.Threads.Count, dump.Truncated));
    }

    [Fact]
    public async Task What_cannot_be_asked_is_refused()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        Assert.Equal(StatusCode.InvalidArgument, await RefusalAsync(host.Client, new DumpThreadsRequest()));
        Assert.Equal(StatusCode.ResourceExhausted, await RefusalAsync(host.Client, new DumpThreadsRequest { Pid = 7 }));
    }

    [Fact]
    public async Task Over_plaintext_nobody_may_have_a_process_signalled()
    {
        await using ApiHost host = await ApiHost.StartAsync(change: options => options with { TcpEndPoint = new IPEndPoint(IPAddress.Loopback, 0) });
        host.Facts.Threads = static (_, _) => new ThreadDump(ThreadDumpStatus.Ok, "", [], false);
        using GrpcChannel channel = GrpcChannel.ForAddress(host.App.Urls.First(url => url.StartsWith("http://127", StringComparison.Ordinal)));
        var client = new Client(channel);
        Assert.Equal(StatusCode.PermissionDenied, await RefusalAsync(client, new DumpThreadsRequest { Pid = 7, MayStartListener = true }));
        DumpThreadsResponse dump = await client.DumpThreadsAsync(new DumpThreadsRequest { Pid = 7 }, cancellationToken: Deadline.Token());
        Assert.Equal(DumpThreadsResponse.Types.Status.Ok, dump.Status);
    }

    [Fact]
    public void Statuses_are_numbered_as_in_the_API() =>
        Assert.Equal(
            Enum.GetValues<DumpThreadsResponse.Types.Status>().Select(status => (status.ToString(), (int)status)),
            Enum.GetValues<ThreadDumpStatus>().Select(status => (status.ToString(), (int)status)));

    private static async Task<StatusCode> RefusalAsync(Client client, DumpThreadsRequest request) =>
        (await Assert.ThrowsAsync<RpcException>(() => client.DumpThreadsAsync(request, cancellationToken: Deadline.Token()).ResponseAsync)).StatusCode;
}
