// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Tracer.Harness;

namespace Tracer.Bench.Experiments;

/// <summary>What the daemon does and holds while nothing happens, in an empty network namespace: other people's connections are not its doing.</summary>
internal sealed class Idle : IExperiment
{
    private const double BytesPerKiB = 1024, BytesPerMB = 1e6, MsPerSecond = 1000;

    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(5);

    private static readonly Goal WakeUps = Goal.AtMost("idle-wakeups", 0, "context switches/s of the daemon's threads, no client so far", "/s");
    private static readonly Goal LeftWakeUps = Goal.Told("idle-wakeups-left", "the same, a client has come and gone", "/s");
    private static readonly Goal WatchedWakeUps = Goal.Told("idle-wakeups-client", "the same with one client", "/s");
    private static readonly Goal Others = Goal.Told("idle-others", "processes that others start meanwhile: each is looked at", "/s");
    private static readonly Goal Memory = Goal.AtMost("idle-memory", 80, "resident memory of the idle daemon, no client so far", "MB");
    private static readonly Goal LeftMemory = Goal.Told("idle-memory-left", "the same, a client has come and gone", "MB");

    public IReadOnlyList<Goal> Goals => [WakeUps, LeftWakeUps, WatchedWakeUps, Others, Memory, LeftMemory];

    public bool IsQuick => false;

    public async Task Run(Lab lab)
    {
        await using NetworkNamespace netns = await NetworkNamespace.Create();
        string[] scope = ["--netns", netns.Inode.ToString(CultureInfo.InvariantCulture)];
        await lab.Alternate("idle", async () =>
        {
            await using (Daemon unseen = await StartUnseen(scope))
            {
                double forks = Forks(), began = Environment.TickCount64;
                lab.Add(WakeUps, await SwitchesPerSecond(lab, unseen.Pid));
                lab.Add(Others, (Forks() - forks) / (Environment.TickCount64 - began) * MsPerSecond);
                lab.Add(Memory, ResidentBytes(unseen.Pid) / BytesPerMB);
            }

            await using Observer observer = await Observer.Quiet(lab, scope);
            await using (await TransitionReader.Start(observer.Daemon!))
                lab.Add(WatchedWakeUps, await SwitchesPerSecond(lab, observer.Pid));
            lab.Add(LeftWakeUps, await SwitchesPerSecond(lab, observer.Pid));
            lab.Add(LeftMemory, ResidentBytes(observer.Pid) / BytesPerMB);
        });
    }

    /// <summary>It listens, and nobody has connected: the server behind its socket is not there yet.</summary>
    private static async Task<Daemon> StartUnseen(string[] options)
    {
        Daemon daemon = Daemon.LaunchAlone(options); // with a lifeline the server would be built at once
        try
        {
            await Deadline.Until("the daemon is ready", () => daemon.Process.Errors.Any(line => line.Contains(" ready ", StringComparison.Ordinal)));
            await ProcessTime.UntilIdle(daemon.Pid);
            return daemon;
        }
        catch
        {
            await daemon.DisposeAsync();
            throw;
        }
    }

    private static async Task<double> SwitchesPerSecond(Lab lab, int pid)
    {
        await lab.Pause(Settling);
        Dictionary<string, double> before = Switches(pid);
        await lab.Pause(Time);
        return Switches(pid).Sum(thread => thread.Value - before.GetValueOrDefault(thread.Key)) / Time.TotalSeconds;
    }

    private static Dictionary<string, double> Switches(int pid) =>
        Directory.GetDirectories($"/proc/{pid}/task").ToDictionary(
            thread => thread,
            thread => StatusLine.Number($"{thread}/status", "voluntary_ctxt_switches:") + StatusLine.Number($"{thread}/status", "nonvoluntary_ctxt_switches:"));

    private static double ResidentBytes(int pid) => StatusLine.Number($"/proc/{pid}/status", "VmRSS:") * BytesPerKiB;

    private static double Forks() => StatusLine.Number("/proc/stat", "processes ");
}
