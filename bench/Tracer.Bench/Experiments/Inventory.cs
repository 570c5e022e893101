// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;

namespace Tracer.Bench.Experiments;

/// <summary>How long it takes to learn of all sockets and of who holds them: one scan of the daemon against what ss does, in processor time.</summary>
internal sealed class Inventory : IExperiment
{
    private const int Sockets = 100_000;
    private const double NsPerMs = 1e6;
    private const string Pump = "pump"; // the thread that scans

    private static readonly TimeSpan LongestScan = TimeSpan.FromSeconds(60);

    private static readonly Goal Ratio = Goal.AtMost("inventory", 0.20, $"{Sockets} sockets with holders: one scan / sock_diag and /proc in C#");
    private static readonly Goal Scan = Goal.Told("inventory-scan", "processor time of one scan", "ms");
    private static readonly Goal Walk = Goal.Told("inventory-walk", "processor time of one walk", "ms");

    public IReadOnlyList<Goal> Goals => [Ratio, Scan, Walk];

    public bool IsQuick => false;

    public async Task Run(Lab lab)
    {
        await using CloseWaitCrowd crowd = await CloseWaitCrowd.Start(lab, Sockets);
        await using Observer observer = await Observer.Quiet(lab, "--scan-period", "1s");
        string netns = $"/run/netns/{crowd.Netns.Name}";
        await lab.Alternate("inventory", async () =>
        {
            double scan = await MeasureScan(observer.Daemon!), walk = await Task.Run(() => DescriptorWalk.Measure(netns, Sockets));
            lab.Add(Scan, scan / NsPerMs);
            lab.Add(Walk, walk / NsPerMs);
            lab.Add(Ratio, scan / walk);
        });
    }

    /// <summary>From the end of one scan to the end of another: what else the thread does in between is little, and counted too.</summary>
    private static async Task<double> MeasureScan(Daemon daemon)
    {
        const int scans = 3;
        ulong first = await UntilScanned(daemon, (await daemon.Counters())["scans"] + 1);
        double before = ThreadTime.Of(daemon.Pid, Pump);
        ulong last = await UntilScanned(daemon, first + scans);
        return (ThreadTime.Of(daemon.Pid, Pump) - before) / (last - first);
    }

    private static async Task<ulong> UntilScanned(Daemon daemon, ulong count)
    {
        ulong scans = 0;
        await Deadline.Until($"scan {count} is done", async () => (scans = (await daemon.Counters())["scans"]) >= count ? "done" : null, LongestScan);
        return scans;
    }
}
