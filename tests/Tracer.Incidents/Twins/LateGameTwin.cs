// SPDX-License-Identifier: Apache-2.0
using Tracer.Incidents.Software;
using Tracer.Incidents.Stage;

namespace Tracer.Incidents.Twins;

/// <summary>A game server that closes each connection four to five seconds after its player has left, and players who come and go all the time.</summary>
internal sealed class LateGameTwin : Incident
{
    public static readonly TimeSpan Soonest = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource _end = new();
    private Task _players = Task.CompletedTask;
    private int _port;

    public override async Task Start()
    {
        _port = NewPort();
        Run(await GameServer.Start(this, _port, GameIncident.Descriptors, Farewell.ClosesLate));
        _players = ComeAndGo();
    }

    /// <summary>Until some were closed.</summary>
    public override Task Happen() => Task.Delay(Soonest * 1.5);

    public async Task Stop()
    {
        await _end.CancelAsync();
        await _players;
    }

    private async Task ComeAndGo()
    {
        using PeriodicTimer pace = new(Pace);
        while (!_end.IsCancellationRequested)
        {
            await pace.WaitForNextTickAsync();
            if (!await Player.Visit(_port))
                throw new InvalidOperationException($"a player got no answer: {Words()}");
        }
    }
}
