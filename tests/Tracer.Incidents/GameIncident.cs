// SPDX-License-Identifier: Apache-2.0
using Tracer.Incidents.Software;
using Tracer.Incidents.Stage;

namespace Tracer.Incidents;

/// <summary>
/// Incident 6: a C++ game server without frame pointers reads that a player has left, and forgets the descriptor; or it closes it, at once or late.
/// </summary>
internal sealed class GameIncident(Farewell farewell, bool isExhausted = false) : Incident
{
    public const int Descriptors = 256;

    /// <summary>One every 40 ms.</summary>
    public const int Leavers = 100;

    /// <summary>Those who come when no descriptor is left.</summary>
    public const int LateComers = 20;

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(40);

    private Service? _server;

    public int Pid => _server!.Pid;

    public int Port { get; private set; }

    public override async Task Start()
    {
        Port = NewPort();
        _server = Run(await GameServer.Start(this, Port, Descriptors, farewell));
    }

    public override async Task Happen()
    {
        await Visit(Leavers, Pace);
        if (isExhausted)
            await Exhaust();
        else if (farewell == Farewell.Forgets)
            await UntilStuck(Leavers);
    }

    /// <summary>So many come and leave, and all find the server well.</summary>
    private async Task Visit(int players, TimeSpan pace)
    {
        using PeriodicTimer timer = new(pace);
        for (int i = 0; i < players; i++)
        {
            await timer.WaitForNextTickAsync();
            if (!await Player.Visit(Port))
                throw new InvalidOperationException($"player {i} got no answer: {Words()}");
        }
    }

    private async Task Exhaust()
    {
        int visits = Leavers;
        while (visits < Descriptors && await Player.Visit(Port))
            visits++;
        // The first of them was the one who got no answer.
        await Task.WhenAll(Enumerable.Range(1, LateComers - 1).Select(_ => Player.Visit(Port)));
        await UntilStuck(visits + LateComers);
        if (!_server!.Process.Errors.Contains("accept: Too many open files"))
            throw new InvalidOperationException($"the server did not complain: {Words()}");
    }
}
