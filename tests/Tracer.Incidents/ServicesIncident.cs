// SPDX-License-Identifier: Apache-2.0
using Tracer.Incidents.Software;
using Tracer.Incidents.Stage;

namespace Tracer.Incidents;

/// <summary>Forked PHP workers keep connections to several Redis servers in static variables; the servers drop those that are idle.</summary>
internal sealed class ServicesIncident(bool closes) : Incident
{
    public const int SocketCount = WorkerCount * PeerCount;

    private const int WorkerCount = 5;

    private const int PeerCount = 3;

    // Milliseconds; early enough that the workers are done before the next second.
    private const int MidSecond = 300;

    /// <summary>Of Redis.</summary>
    public static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(2);

    private Service? _workers;

    public int[] Workers => _workers!.Workers;

    public override async Task Start()
    {
        for (int i = 0; i < PeerCount; i++)
            Redis.Start(this, NewPort(), IdleTimeout);
        foreach (int port in Ports)
            await UntilListening(port);
        Install("services/rpc.php");
        _workers = Run(Service.Start(
            PhpCli.Program, ["-n", Install("services/workers.php"), $"{WorkerCount}", closes ? "close" : "keep", .. Ports.Select(port => $"{port}")]));
        await _workers.Process.ReadLine();
    }

    public override async Task Happen()
    {
        await UntilMidSecond();
        await _workers!.Process.WriteLine("job");
        await _workers.Process.ReadLine();
        if (closes)
            await Task.Delay(IdleTimeout);
        else
            await UntilStuck(SocketCount);
    }

    // Redis counts whole seconds of the clock: connections made just before and just after a second are dropped a second apart,
    // and those made at its very start a second later than the others.
    private static Task UntilMidSecond()
    {
        int now = DateTime.UtcNow.Millisecond;
        return Task.Delay((MidSecond + 1000 - now) % 1000);
    }
}
