// SPDX-License-Identifier: Apache-2.0
using Tracer.Api;
using Tracer.Api.Scenes;
using Tracer.Linux;
using Tracer.Output;
using Tracer.Scenes;

namespace Tracer.Daemon;

/// <summary>The daemon's options, in the terms of those who save scenes.</summary>
internal static class SceneSettings
{
    /// <summary>Null: no scene is ever saved.</summary>
    public static SceneCounters? CountersOf(DaemonOptions options) =>
        options.CaptureWhen.Count == 0 ? null : new SceneCounters(options.CaptureKeep);

    /// <exception cref="StartException">Scenes are wanted, and could not be saved safely.</exception>
    public static void CheckDirectory(DaemonOptions options)
    {
        if (options.CaptureWhen.Count == 0)
            return;
        try
        {
            SceneStore.Prepare(options.CaptureDirectory);
        }
        catch (Exception e) when (e is LinuxException or UnauthorizedAccessException)
        {
            throw new StartException($"--capture-dir: {e.Message}", ExitCode.Failure);
        }
    }

    public static SceneWatch WatchOf(DaemonOptions options, EventHub hub, IFactSource facts, EventPump pump, SceneCounters counters)
    {
        string host = System.Net.Dns.GetHostName();
        return new SceneWatch(
            new SceneTrigger(options.CaptureWhen, TimeProvider.System),
            new SceneGauge(options.CaptureWhen, hub, facts, () => pump.Listeners),
            new SceneBuilder(hub, facts),
            new SceneStore(options.CaptureDirectory, host, options.CaptureKeep, (long)options.CaptureMaxMiB << 20),
            counters,
            facts,
            () => pump.Listeners)
        {
            Host = host,
        };
    }
}
