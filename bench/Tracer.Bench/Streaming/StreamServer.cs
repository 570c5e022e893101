// SPDX-License-Identifier: Apache-2.0
using Microsoft.AspNetCore.Builder;
using Tracer.Api;
using Tracer.Wire;

namespace Tracer.Bench.Streaming;

/// <summary>The product's own server without a kernel behind it: state changes are published as fast as one client takes them.</summary>
internal static class StreamServer
{
    /// <summary>The word on the command line that makes another process of this program.</summary>
    public const string Word = "serve-stream";

    private const int EventsPerHandover = 1024; // as the pump does at most
    private const ulong MostWaiting = 32_768; // a quarter of a client's queue: nothing is dropped
    private const int HandoversPerLook = 4; // looking is not what is measured
    private const string Queue = "subscriber_transitions";

    /// <summary>Serves until its input ends.</summary>
    public static async Task<int> Run(string socketPath)
    {
        EventHub hub = new();
        await using WebApplication host = TracerHost.Build(new TracerHostOptions { SocketPath = socketPath }, hub, new NoFacts());
        await host.StartAsync();
        using CancellationTokenSource stop = new();
        Thread publisher = new(() => Publish(hub, stop.Token)) { Name = "publisher" };
        publisher.Start();
        Console.WriteLine("ready");
        await Console.In.ReadToEndAsync();
        await stop.CancelAsync();
        publisher.Join();
        await host.StopAsync();
        return 0;
    }

    private static void Publish(EventHub hub, CancellationToken stop)
    {
        TcpEvent[] events = [.. Enumerable.Range(0, EventsPerHandover).Select(Event)];
        while (!stop.IsCancellationRequested)
        {
            if (hub.ReadBounds().Single(bound => bound.Name == Queue).Used >= MostWaiting)
                Thread.Sleep(1);
            else
            {
                for (int i = 0; i < HandoversPerLook; i++)
                    hub.PublishTransitions(events);
            }
        }
    }

    private static TcpEvent Event(int number)
    {
        WireAddress loopback = default;
        (loopback[10], loopback[11], loopback[12], loopback[15]) = (0xff, 0xff, 127, 1); // as IPv4 in IPv6
        return new TcpEvent
        {
            KtimeNs = 1_000_000_000_000 + (ulong)number * 10_000,
            Cookie = 1_000_000 + (ulong)number,
            Netns = 4_026_531_840,
            LocalAddress = loopback,
            RemoteAddress = loopback,
            LocalPort = 8080,
            RemotePort = (ushort)(32_768 + number),
            Family = 2,
            OldState = TcpState.SynRecv,
            NewState = TcpState.Established,
        };
    }
}
