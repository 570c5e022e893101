// SPDX-License-Identifier: Apache-2.0
using Tracer.Incidents.Software;
using Tracer.Incidents.Stage;

namespace Tracer.Incidents;

/// <summary>Apache with mod_php asks a service behind nginx and keeps the connections; nginx closes those that are idle.</summary>
internal sealed class ShopIncident(ShopKind kind) : Incident
{
    public const int WorkerCount = 8;

    /// <summary>keepalive_timeout of nginx: 65 s where nobody waits for a test.</summary>
    public static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(2);

    private Service? _apache;
    private int _shop;

    public int StockPort { get; private set; }

    public int[] Workers => _apache!.Workers;

    public override async Task Start()
    {
        (_shop, StockPort) = (NewPort(), NewPort());
        OpenFolder();
        foreach (string script in (string[])["cart.php", "stock.php", "export.php"])
            Install("apache/" + script);
        Nginx.Start(this, $$"""
            keepalive_timeout {{IdleTimeout.TotalSeconds}}s;
            server {
                listen 127.0.0.1:{{StockPort}};
                location / { return 200 "42"; }
            }
            """);
        _apache = Apache.Start(this, _shop, WorkerCount);
        await UntilListening(StockPort);
        await UntilListening(_shop);
    }

    public override async Task Happen()
    {
        string page = kind == ShopKind.KeepsHandles ? "export" : "cart";
        string close = kind == ShopKind.Closes ? "&close" : "";
        string?[] answers = await Task.WhenAll(Enumerable.Range(0, WorkerCount).Select(_ => FirstLine($"/{page}.php?port={StockPort}{close}")));
        if (answers.Any(answer => answer != "in stock: 42"))
            throw new InvalidOperationException($"the shop said {answers[0]}");
        if (kind == ShopKind.Closes)
            await Task.Delay(IdleTimeout); // nothing is left for nginx to close
        else
            await UntilStuck(WorkerCount);
    }

    // The rest may take long: the connection stays open, and ends with the incident.
    private async Task<string?> FirstLine(string path)
    {
        StreamReader answer = Keep(await HttpLoad.Open(_shop, path));
        return await answer.ReadLineAsync();
    }
}
