// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;
using Tracer.Incidents.Software;
using Tracer.Incidents.Stage;

namespace Tracer.Incidents.Twins;

/// <summary>haproxy before nginx, both healthy, at full rate: half of the clients keep their connections, half close each.</summary>
internal sealed class BusyProxyTwin : Incident
{
    private int _proxyPort;

    public override async Task Start()
    {
        int serverPort = NewPort();
        _proxyPort = NewPort();
        Nginx.Start(this, $$"""
            server {
                listen 127.0.0.1:{{serverPort}};
                location / { return 200 "well\n"; }
            }
            """);
        HaProxy.Start(this, $"""
            defaults
                mode http
                timeout connect 1s
                timeout client 5s
                timeout server 5s
            listen web
                bind 127.0.0.1:{_proxyPort}
                server nginx 127.0.0.1:{serverPort}
            """);
        await UntilListening(serverPort);
        await UntilListening(_proxyPort);
    }

    /// <summary>A second of it.</summary>
    public override Task Happen() => Load(TimeSpan.FromSeconds(1));

    /// <summary>Returns how many requests were answered.</summary>
    public async Task<long> Load(TimeSpan time)
    {
        long[] answered = await Task.WhenAll(Measure(time), Measure(time, "-H", "Connection: close"));
        return answered.Sum();
    }

    private async Task<long> Measure(TimeSpan time, params string[] options)
    {
        Command result = await Command.Run(
            time + TimeSpan.FromSeconds(30), "wrk", ["-t1", "-c32", $"-d{time.TotalSeconds:0}s", .. options, $"http://127.0.0.1:{_proxyPort}/"]);
        string line = result.OutputLines.Single(line => line.Contains(" requests in ", StringComparison.Ordinal));
        return long.Parse(line.Trim().Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
    }
}
