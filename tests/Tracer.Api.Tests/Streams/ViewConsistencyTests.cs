// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Grpc.Core;
using Tracer.Api.Tests.Given;
using Tracer.Attribution;
using Tracer.Wire;
using Xunit;

namespace Tracer.Api.Tests.Streams;

/// <summary>Whatever the timing, a client ends up with the hub's view: no gap at the marker, no repetition, no ghost after a loss.</summary>
public class ViewConsistencyTests
{
    private const ulong LastCookie = 1_000_000;

    [Theory]
    [InlineData(1, 16_384)]
    [InlineData(2, 16_384)]
    [InlineData(3, 16)]
    [InlineData(4, 3)]
    public async Task Clients_that_join_while_sockets_come_and_go_end_with_the_view_of_the_hub(int seed, int queueLength)
    {
        await using ApiHost host = await ApiHost.StartAsync(new EventHubOptions { ChangeQueueLength = queueLength });
        LedgerPretence ledger = new(host.Hub, new Random(seed));
        ledger.Step(500);
        CloseWaitView[] views = [.. Enumerable.Range(0, 4).Select(static _ => new CloseWaitView())];
        List<Task> clients = [];
        foreach (CloseWaitView view in views)
        {
            CloseWait.V1.TracerService.TracerServiceClient client = host.NewClient();
            clients.Add(Task.Run(() => FollowAsync(client, view), TestContext.Current.CancellationToken));
            // Its snapshot falls somewhere into these changes.
            do
            {
                ledger.Step(100);
                await Task.Yield();
            }
            while (view.Snapshots == 0 && !clients[^1].IsCompleted);
            ledger.Step(2000);
        }
        // The last socket ends every client's reading, and may itself be lost and come with the recovery.
        ledger.Publish(LedgerChangeKind.Entered, LastCookie);

        await Task.WhenAll(clients);
        foreach (CloseWaitView view in views)
        {
            Assert.Equal(
                ledger.Versions.OrderBy(static pair => pair.Key).Select(static pair => (pair.Key, pair.Value)),
                view.Sockets.Values.OrderBy(static socket => socket.Cookie).Select(static socket => (socket.Cookie, socket.BytesReceived)));
            Assert.Equal(view.Losses.Count, (int)view.Snapshots - 1);
        }
        Assert.Empty(host.Errors.Lines);
    }

    private static async Task FollowAsync(CloseWait.V1.TracerService.TracerServiceClient client, CloseWaitView view)
    {
        using var call = client.WatchCloseWaits(new WatchCloseWaitsRequest(), cancellationToken: Deadline.Token());
        await foreach (WatchCloseWaitsResponse response in call.ResponseStream.ReadAllAsync(Deadline.Token()))
        {
            view.Take(response);
            if (view.Sockets.ContainsKey(LastCookie) && view.Snapshots == (ulong)view.Losses.Count + 1)
                break;
        }
    }

    /// <summary>Random comings and goings of 200 sockets; every change has a higher version than the one before.</summary>
    private sealed class LedgerPretence(EventHub hub, Random random)
    {
        private ulong _version;

        public Dictionary<ulong, ulong> Versions { get; } = [];

        public void Step(int count)
        {
            for (int i = 0; i < count; i++)
            {
                ulong cookie = (ulong)random.Next(1, 201);
                if (!Versions.ContainsKey(cookie))
                    Publish(LedgerChangeKind.Entered, cookie);
                else if (random.Next(3) == 0)
                    End(cookie);
                else
                    Publish(LedgerChangeKind.Updated, cookie);
            }
        }

        public void Publish(LedgerChangeKind kind, ulong cookie)
        {
            Versions[cookie] = ++_version;
            TrackedSocket socket = TestSockets.InCloseWait(cookie);
            socket.Last.Event.BytesReceived = _version;
            hub.PublishSocket(kind, in socket);
        }

        private void End(ulong cookie)
        {
            Versions.Remove(cookie);
            TrackedSocket socket = TestSockets.Ended(cookie, isLeftOpen: random.Next(4) == 0);
            socket.Last.Event = TestSockets.Transition(cookie, Tracer.Wire.TcpState.CloseWait, Tracer.Wire.TcpState.LastAck);
            socket.Last.Event.BytesReceived = ++_version;
            hub.PublishSocket(LedgerChangeKind.Exited, in socket);
        }
    }
}
