// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Tracer.Api.Tests.Given;
using Xunit;
using Client = CloseWait.V1.TracerService.TracerServiceClient;

namespace Tracer.Api.Tests.Hosting;

public sealed class TracerServerTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("closewait-server-").FullName;

    private string SocketPath => Path.Combine(_directory, "api.sock");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task The_first_client_wakes_the_server_and_is_answered()
    {
        await using TracerServer server = Open();
        server.Provide(new EventHub(), new FakeFacts());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task serving = server.ServeAsync(atOnce: false, stop.Token);
        Assert.False(server.IsAwake);
        Assert.NotNull(await AskAsync());
        Assert.True(server.IsAwake);
        Assert.NotNull(await AskAsync());
        await stop.CancelAsync();
        await serving;
    }

    [Fact]
    public async Task Nobody_has_to_come_for_it_to_end_and_nothing_is_left()
    {
        await using (TracerServer server = Open())
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            Task serving = server.ServeAsync(atOnce: false, stop.Token);
            Assert.False(serving.IsCompleted);
            await stop.CancelAsync();
            await serving;
            Assert.False(server.IsAwake);
        }
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_that_comes_during_the_start_waits_and_is_then_answered(bool atOnce)
    {
        await using TracerServer server = Open();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task serving = server.ServeAsync(atOnce, stop.Token);
        Task<GetStatusResponse> call = AskAsync();
        while (!server.IsAwake)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<TimeoutException>(() => call.WaitAsync(TimeSpan.FromMilliseconds(300), TestContext.Current.CancellationToken));
        server.Provide(new EventHub(), new FakeFacts());
        Assert.NotNull(await call);
        await stop.CancelAsync();
        await serving;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_that_waits_is_told_when_the_start_has_failed_and_nothing_is_left(bool atOnce)
    {
        Task<GetStatusResponse> call;
        await using (TracerServer server = Open())
        {
            _ = server.ServeAsync(atOnce, TestContext.Current.CancellationToken);
            call = AskAsync();
            while (!server.IsAwake)
                await Task.Delay(10, TestContext.Current.CancellationToken);
        }
        RpcException failure = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory));
    }

    private TracerServer Open() => TracerServer.Open(new TracerHostOptions { SocketPath = SocketPath });

    private async Task<GetStatusResponse> AskAsync()
    {
        using SocketsHttpHandler handler = new() { ConnectCallback = async (_, cancel) => await ApiHost.ConnectAsync(SocketPath, cancel) };
        using GrpcChannel channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions { HttpHandler = handler });
        return await new Client(channel).GetStatusAsync(
            new GetStatusRequest(), cancellationToken: TestContext.Current.CancellationToken);
    }
}
