// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using CloseWait.V1;
using Tracer.Harness;

namespace Tracer.Kernel.Tests.Harness;

/// <summary>A server that keeps every socket its clients have closed, alone in a network namespace.</summary>
internal sealed class Crowd : IAsyncDisposable
{
    private readonly List<TargetSocket> _leaked = [];

    private Crowd(NetworkNamespace netns)
    {
        Netns = netns;
        Server = Target.Start(netns);
        Client = Target.Start(netns);
    }

    public NetworkNamespace Netns { get; }

    public Target Server { get; }

    public Target Client { get; }

    public static async Task<Crowd> Gather() => new(await NetworkNamespace.Create());

    /// <summary>So many more sockets in CLOSE_WAIT.</summary>
    public async Task Grow(int count)
    {
        TargetSocket listener = await Server.Listen();
        for (int i = 0; i < count; i++)
        {
            TargetSocket client = await Client.Connect(listener.Port);
            _leaked.Add(await Server.Accept(listener));
            await Client.Close(client);
        }
        await Server.Close(listener);
    }

    /// <summary>Closes all of them, and waits until the daemon knows and has looked.</summary>
    public async Task Disperse(Daemon daemon)
    {
        foreach (TargetSocket socket in _leaked)
            await Server.Close(socket);
        _leaked.Clear();
        await Deadline.Until("the daemon knows that all are closed", async () => (await daemon.List(includeLeftOpen: true)).Count == 0 ? "" : null);
        Stopwatch calm = Stopwatch.StartNew();
        await Deadline.Until("the daemon has looked once more", () => calm.Elapsed > TimeSpan.FromSeconds(2.5));
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Server.DisposeAsync();
        await Netns.DisposeAsync();
    }
}
