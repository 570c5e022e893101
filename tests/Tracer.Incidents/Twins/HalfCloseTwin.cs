// SPDX-License-Identifier: Apache-2.0
using Tracer.Incidents.Stage;

namespace Tracer.Incidents.Twins;

/// <summary>Clients like `nc -N` end their own side at once and read what the server goes on to send: a half-close, as it was meant.</summary>
internal sealed class HalfCloseTwin : Incident
{
    public const int Clients = 3;

    private Service? _server;
    private int _port;

    public int Pid => _server!.Pid;

    public override async Task Start()
    {
        _port = NewPort();
        _server = Run(Service.Start("/usr/bin/python3", Install("twins/ticker.py"), $"{_port}"));
        await _server.Process.ReadLine();
    }

    public override async Task Happen()
    {
        for (int i = 0; i < Clients; i++)
            Run(Service.Start("sh", "-c", $"exec nc -N 127.0.0.1 {_port} </dev/null"));
        await UntilStuck(Clients);
    }
}
