// SPDX-License-Identifier: Apache-2.0
using Tracer.Incidents.Software;
using Tracer.Incidents.Stage;

namespace Tracer.Incidents;

/// <summary>A Go service begins transactions and forgets some; haproxy before MariaDB closes what has been idle for too long.</summary>
internal sealed class OrdersIncident(bool isCareful) : Incident
{
    public const string Driver = "/usr/share/gocode/src/github.com/go-sql-driver/mysql/driver.go";

    public const string DriverPackage = "golang-github-go-sql-driver-mysql-dev";

    public const int RequestCount = 12;

    /// <summary>Of haproxy.</summary>
    public static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(3);

    private Service? _orders;
    private int _http;

    public int Proxy { get; private set; }

    public int Pid => _orders!.Pid;

    // How many threads a Go program has, and where they rest, is the business of its scheduler.
    public override IReadOnlyList<string> Varying => [" now orders.*?(?= owner )", @"\d+ threads, none seen blocked: .*?(?= \? )"];

    public override async Task Start()
    {
        string program = InstallProgram(await GoBuild.Compile("orders"));
        int database = NewPort();
        (_http, Proxy) = (NewPort(), NewPort());
        MariaDb.Start(this, database, """
            CREATE DATABASE shop;
            CREATE TABLE shop.orders (id INT PRIMARY KEY, state INT) ENGINE=InnoDB;
            INSERT INTO shop.orders VALUES (1, 0);
            """);
        HaProxy.Start(this, $"""
            defaults
                mode tcp
                timeout connect 2s
                timeout client {IdleTimeout.TotalSeconds}s
                timeout server {IdleTimeout.TotalSeconds}s
            listen mysql
                bind 127.0.0.1:{Proxy}
                server one 127.0.0.1:{database}
            """);
        await UntilListening(database);
        await UntilListening(Proxy);
        _orders = Run(Service.Start(program, [$"127.0.0.1:{_http}", $"127.0.0.1:{Proxy}", .. isCareful ? ["carefully"] : Array.Empty<string>()]));
        await UntilListening(_http);
    }

    public override async Task Happen()
    {
        if (await HttpLoad.Get(_http, "/update?id=1") != "updated\n")
            throw new InvalidOperationException("the service does not serve");
        for (int i = 0; i < RequestCount; i++)
            await HttpLoad.Get(_http, "/update", expectedStatus: 400);
        if (isCareful)
            await Task.Delay(IdleTimeout);
        else
            await UntilStuck(RequestCount);
    }
}
