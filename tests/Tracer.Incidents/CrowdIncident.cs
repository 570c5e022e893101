// SPDX-License-Identifier: Apache-2.0
using Tracer.Incidents.Software;
using Tracer.Incidents.Stage;

namespace Tracer.Incidents;

/// <summary>Incident 6 where nobody looked for long: thousands of stuck sockets.</summary>
internal sealed class CrowdIncident : Incident
{
    public const int Leavers = 5000;

    private const int Descriptors = 8192;

    private Service? _server;

    public int Pid => _server!.Pid;

    public int Port { get; private set; }

    public override async Task Start()
    {
        Port = NewPort();
        _server = Run(await GameServer.Start(this, Port, Descriptors, Farewell.Forgets));
    }

    public override async Task Happen()
    {
        for (int i = 0; i < Leavers; i++)
        {
            if (!await Player.Visit(Port))
                throw new InvalidOperationException($"player {i} got no answer: {Words()}");
        }

        await UntilStuck(Leavers);
    }
}
