// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
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
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task serving = server.ServeAsync(stop.Token);
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
            Task serving = server.ServeAsync(stop.Token);
            Assert.False(serving.IsCompleted);
            await stop.CancelAsync();
            await serving;
            Assert.False(server.IsAwake);
        }
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory));
    }

    [Fact]
    public async Task It_starts_at_once_where_a_client_is_known_to_come()
    {
        await using TracerServer server = Open();
        await server.StartAsync();
        Assert.True(server.IsAwake);
        Assert.NotNull(await AskAsync());
    }

    private TracerServer Open() => TracerServer.Open(new TracerHostOptions { SocketPath = SocketPath }, new EventHub(), new FakeFacts());

    private async Task<GetStatusResponse> AskAsync()
    {
        using SocketsHttpHandler handler = new() { ConnectCallback = async (_, cancel) => await ApiHost.ConnectAsync(SocketPath, cancel) };
        using GrpcChannel channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions { HttpHandler = handler });
        return await new Client(channel).GetStatusAsync(
            new GetStatusRequest(), cancellationToken: TestContext.Current.CancellationToken);
    }
}
