// SPDX-License-Identifier: Apache-2.0
using Grpc.Core;
using Grpc.Health.V1;
using Xunit;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Tracer.Api.Tests.Standard;

/// <summary>What a load balancer or an init system learns from the server.</summary>
public sealed class HealthTests
{
    private static CancellationToken Cancel => TestDeadline.Token;

    [Theory]
    [InlineData("")]
    [InlineData("closewait.v1.TracerService")]
    [InlineData("grpc.health.v1.Health")]
    public async Task Known_service_serves_only_after_somebody_said_so(string service)
    {
        await using StandardHost host = await StandardHost.StartAsync();

        Assert.Equal(ServingStatus.NotServing, await CheckAsync(host, service));
        host.Health.SetServing(true);
        Assert.Equal(ServingStatus.Serving, await CheckAsync(host, service));
        host.Health.SetServing(false);
        Assert.Equal(ServingStatus.NotServing, await CheckAsync(host, service));
    }

    [Fact]
    public async Task Check_of_an_unknown_service_fails_with_not_found()
    {
        await using StandardHost host = await StandardHost.StartAsync();

        RpcException failure = await Assert.ThrowsAsync<RpcException>(() => CheckAsync(host, "closewait.v1.NoSuchService"));

        Assert.Equal(StatusCode.NotFound, failure.StatusCode);
    }

    [Fact]
    public async Task Watch_tells_the_present_status_and_then_every_change()
    {
        await using StandardHost host = await StandardHost.StartAsync();
        using AsyncServerStreamingCall<HealthCheckResponse> watch = Watch(host, "");

        Assert.Equal(ServingStatus.NotServing, await NextAsync(watch));
        for (int round = 0; round < 20; round++)
        {
            host.Health.SetServing(true);
            Assert.Equal(ServingStatus.Serving, await NextAsync(watch));
            host.Health.SetServing(false);
            Assert.Equal(ServingStatus.NotServing, await NextAsync(watch));
        }
    }

    [Fact]
    public async Task Watch_does_not_repeat_what_is_no_news()
    {
        await using StandardHost host = await StandardHost.StartAsync();
        using AsyncServerStreamingCall<HealthCheckResponse> watch = Watch(host, "");
        Assert.Equal(ServingStatus.NotServing, await NextAsync(watch));

        host.Health.SetServing(false);
        host.Health.SetServing(false);
        host.Health.SetServing(true);
        host.Health.SetServing(true);

        Assert.Equal(ServingStatus.Serving, await NextAsync(watch));
    }

    [Fact]
    public async Task Watch_of_an_unknown_service_says_so_and_stays_open()
    {
        await using StandardHost host = await StandardHost.StartAsync();
        using AsyncServerStreamingCall<HealthCheckResponse> watch = Watch(host, "closewait.v1.NoSuchService");
        Assert.Equal(ServingStatus.ServiceUnknown, await NextAsync(watch));

        Task<bool> next = watch.ResponseStream.MoveNext(Cancel);
        host.Health.SetServing(true);
        // The change has reached the server's watchers once another one of them has told it.
        using AsyncServerStreamingCall<HealthCheckResponse> other = Watch(host, "");
        Assert.Equal(ServingStatus.Serving, await NextAsync(other));

        Assert.False(next.IsCompleted);
    }

    [Fact]
    public async Task No_watcher_misses_the_last_status_however_fast_it_changes()
    {
        await using StandardHost host = await StandardHost.StartAsync();
        AsyncServerStreamingCall<HealthCheckResponse>[] watches = [.. Enumerable.Range(0, 20).Select(_ => Watch(host, ""))];
        var latest = new ServingStatus[watches.Length];
        Task[] followers = [.. watches.Select((watch, index) => FollowAsync(watch, status => latest[index] = status))];

        Parallel.For(0, 10_000, index => host.Health.SetServing(index % 2 == 0));

        // A watcher that missed its wake-up would keep one status for ever, so it fails one of the two.
        host.Health.SetServing(true);
        await UntilAsync(() => latest.All(status => status == ServingStatus.Serving));
        host.Health.SetServing(false);
        await UntilAsync(() => latest.All(status => status == ServingStatus.NotServing));

        foreach (AsyncServerStreamingCall<HealthCheckResponse> watch in watches)
            watch.Dispose();
        await Task.WhenAll(followers);
    }

    [Fact]
    public async Task Stopping_server_does_not_wait_for_watchers()
    {
        await using StandardHost host = await StandardHost.StartAsync();
        using AsyncServerStreamingCall<HealthCheckResponse> watch = Watch(host, "");
        Assert.Equal(ServingStatus.NotServing, await NextAsync(watch));

        // Kestrel would wait 30 s.
        await host.StopAsync().WaitAsync(TimeSpan.FromSeconds(10), Cancel);

        RpcException end = await Assert.ThrowsAsync<RpcException>(() => NextAsync(watch));
        Assert.Equal(StatusCode.Unavailable, end.StatusCode);
    }

    private static async Task<ServingStatus> CheckAsync(StandardHost host, string service)
    {
        var client = new Health.HealthClient(host.Channel);
        return (await client.CheckAsync(new HealthCheckRequest { Service = service }, cancellationToken: Cancel)).Status;
    }

    private static AsyncServerStreamingCall<HealthCheckResponse> Watch(StandardHost host, string service) =>
        new Health.HealthClient(host.Channel).Watch(new HealthCheckRequest { Service = service }, cancellationToken: Cancel);

    private static async Task<ServingStatus> NextAsync(AsyncServerStreamingCall<HealthCheckResponse> watch)
    {
        Assert.True(await watch.ResponseStream.MoveNext(Cancel));
        return watch.ResponseStream.Current.Status;
    }

    private static async Task FollowAsync(AsyncServerStreamingCall<HealthCheckResponse> watch, Action<ServingStatus> tell)
    {
        try
        {
            while (await watch.ResponseStream.MoveNext(Cancel))
                tell(watch.ResponseStream.Current.Status);
        }
        catch (RpcException end) when (end.StatusCode == StatusCode.Cancelled)
        {
            // The test has seen enough.
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        CancellationToken deadline = Cancel;
        while (!condition())
            await Task.Delay(10, deadline);
    }
}
