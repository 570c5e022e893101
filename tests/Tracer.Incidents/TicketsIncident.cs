// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;
using Tracer.Incidents.Software;
using Tracer.Incidents.Stage;

namespace Tracer.Incidents;

/// <summary>
/// Incident 3: a Tornado service behind nginx. One handler waits for a third party that never answers, and the only event loop with it; nginx gives up
/// on each request after two seconds. Or it waits without blocking.
/// </summary>
internal sealed class TicketsIncident(bool isBlocking) : Incident
{
    public const int Backlog = 128;

    public const string Program = "tickets/tickets.py";

    /// <summary>Connections that the event loop has accepted before it stops: long polls, and the request that stops it.</summary>
    public const int Accepted = Polls + 1;

    private const int Polls = 10;

    // More than the queue takes; a service that is well answers them one after the other.
    private readonly int _bookings = isBlocking ? 200 : 50;

    private Service? _service;
    private int _balancerPort;

    /// <summary>Of the Tornado process.</summary>
    public int Pid => _service!.Pid;

    public int ServicePort { get; private set; }

    public int ThirdPartyPort { get; private set; }

    public override async Task Start()
    {
        ServicePort = NewPort();
        ThirdPartyPort = NewPort();
        _balancerPort = NewPort();
        await RunScript("tickets/silent.py", $"{ThirdPartyPort}");
        _service = await RunScript(Program, $"{ServicePort}", $"127.0.0.1:{ThirdPartyPort}", isBlocking ? "blocking" : "async");
        int patience = isBlocking ? 2 : 6; // seconds; a service that does not block gives up first, after one, also on a busy machine
        Nginx.Start(this, $$"""
            server {
                listen 127.0.0.1:{{_balancerPort}};
                location / { proxy_pass http://127.0.0.1:{{ServicePort}}; proxy_connect_timeout 1s; proxy_read_timeout {{patience}}s; }
            }
            """);
        await UntilListening(_balancerPort);
    }

    /// <summary>Some wait for news, one books, then many, until each was answered: nginx gives up, or the service does.</summary>
    public override async Task Happen()
    {
        List<Task> answers = [.. Enumerable.Range(0, Polls).Select(_ => HttpLoad.Get(_balancerPort, "/news", expectedStatus: 504))];
        await UntilConnected($"sport = :{ServicePort}", Polls);
        answers.Add(Book(0));
        await UntilConnected($"dport = :{ThirdPartyPort}", 1);
        answers.AddRange(Enumerable.Range(1, _bookings).Select(Book));
        await Task.WhenAll(answers);
    }

    private Task Book(int ticket) => HttpLoad.Get(_balancerPort, $"/tickets/{ticket}", expectedStatus: isBlocking ? 504 : 502);

    // By the service: rows without a holder are still in its queue.
    private Task UntilConnected(string filter, int count) => Deadline.Until(
        $"{count} connections {filter}",
        async () => (await Command.MustRun("ss", "-Htnp", "state", "established", filter)).Split('\n').Count(row => row.Contains($"pid={Pid},", StringComparison.Ordinal)) >= count ? this : null,
        evidence: Words);

    private async Task<Service> RunScript(string script, params string[] arguments)
    {
        Service service = Run(Service.Start("/usr/bin/python3", [Install(script), .. arguments]));
        await service.Process.ReadLine();
        return service;
    }
}
