// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;
using Tracer.Incidents.Software;
using Tracer.Incidents.Stage;

namespace Tracer.Incidents;

/// <summary>
/// Incident 4: a Java client keeps its connections in a pool, and nginx closes each when it was idle for keepalive_timeout. Or the pool
/// closes them before.
/// </summary>
internal sealed class InventoryIncident(bool evicts) : Incident
{
    public const int Connections = 40;

    public const string Program = "inventory/InventoryClient.java";

    public static readonly TimeSpan KeepaliveTimeout = TimeSpan.FromSeconds(3);

    private Service? _client;

    /// <summary>Of the Java machine.</summary>
    public int Pid => _client!.Pid;

    public int ServerPort { get; private set; }

    // The machine numbers its lambdas, and wakes and stops threads of its own.
    public override IReadOnlyList<string> Varying => [@"\$\$Lambda[$/]\S+", @"\d+ threads: .*?(?= \? )", " now .*?(?= owner )"];

    public override async Task Start()
    {
        ServerPort = NewPort();
        Nginx.Start(this, $$"""
            keepalive_timeout {{KeepaliveTimeout.TotalSeconds:0}}s;
            server {
                listen 127.0.0.1:{{ServerPort}};
                location = /stock { return 200 "stock\n"; }
            }
            """);
        await UntilListening(ServerPort);
        await Command.MustRun("javac", "--release", "11", "-d", Folder, Install(Program));
        _client = Run(Service.Start("java", "-cp", Folder, Path.GetFileNameWithoutExtension(Program), $"{ServerPort}", evicts ? "evict" : "keep"));
        await _client.Process.ReadLine();
        // Other machines have served for hours before.
        for (int i = 0; i < 20; i++)
            await Ask("1");
        await Ask("drain");
    }

    /// <summary>One burst, then no traffic until the server has closed, or would have.</summary>
    public override async Task Happen()
    {
        await Ask($"{Connections}");
        if (!evicts)
            await UntilStuck(Connections);
        else
            await Deadline.Until("no connection is left", async () => (await Command.MustRun("ss", "-Htn", $"dport = :{ServerPort}")).Length == 0 ? this : null);
    }

    private async Task Ask(string command)
    {
        await _client!.Process.WriteLine(command);
        await _client.Process.ReadLine();
    }
}
