// SPDX-License-Identifier: Apache-2.0
using Tracer.Incidents.Software;
using Tracer.Incidents.Stage;

namespace Tracer.Incidents;

/// <summary>Apache with mod_php asks a service behind nginx and keeps the connections; nginx closes those that are idle.</summary>
internal sealed class ShopIncident(bool closes) : Incident
{
    public const int WorkerCount = 8;

    /// <summary>keepalive_timeout of nginx: 65 s where nobody waits for a test.</summary>
    public static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(2);

    private Service? _apache;
    private int _shop;
    private int _stock;

    public int StockPort => _stock;

    public int[] Workers => _apache!.Workers;

    public override async Task Start()
    {
        (_shop, _stock) = (NewPort(), NewPort());
        OpenFolder();
        Install("apache/cart.php");
        Install("apache/stock.php");
        Nginx.Start(this, $$"""
            keepalive_timeout {{IdleTimeout.TotalSeconds}}s;
            server {
                listen 127.0.0.1:{{_stock}};
                location / { return 200 "42"; }
            }
            """);
        _apache = Apache.Start(this, _shop, WorkerCount);
        await UntilListening(_stock);
        await UntilListening(_shop);
    }

    public override async Task Happen()
    {
        string[] answers = await HttpLoad.GetAtOnce(WorkerCount, _shop, $"/cart.php?port={_stock}{(closes ? "&close" : "")}");
        if (answers.Any(answer => answer != "in stock: 42\n"))
            throw new InvalidOperationException($"the shop said {answers[0]}");
        if (closes)
            await Task.Delay(IdleTimeout); // nothing is left for nginx to close
        else
            await UntilStuck(WorkerCount);
    }
}
