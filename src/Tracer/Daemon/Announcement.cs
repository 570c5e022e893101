// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Api;
using Tracer.Bpf;
using Tracer.Capture;
using Tracer.Output;
using Tracer.Scenes;

namespace Tracer.Daemon;

/// <summary>What the daemon says about itself on stderr: that it is ready and, if asked, how.</summary>
internal static class Announcement
{
    public static void Ready(DaemonOptions options)
    {
        string tcp = options.Listen is { } listen ? $" and {listen}" : "";
        Say($"ready on {options.SocketPath}{tcp}");
    }

    /// <summary>The kernel side was tried on that machine, this side never was.</summary>
    public static void UntestedMachine(Architecture machine) =>
        Say($"not tested on {machine.ToString().ToLowerInvariant()}: stacks are walked by frame pointers, and only .NET is known of the language runtimes");

    /// <summary>libbpf's and the verifier's own words from now on.</summary>
    public static void ShowLibraryLog() => BpfLog.Sink = line => Say($"libbpf: {line}");

    public static void Hooks(HookPlan plan)
    {
        foreach (HookStatus hook in plan.Hooks)
            Say($"{hook.Fact}: {(hook.Rung.Length == 0 ? "not available" : hook.Rung)}{(hook.Cost.Length == 0 ? "" : $" ({hook.Cost})")}");
    }

    /// <summary>A client makes the daemon ask a target for something.</summary>
    public static void ThreadDumpBegins(uint pid, bool mayStartListener) =>
        Say($"thread dump of pid {pid} requested{(mayStartListener ? "; SIGQUIT is allowed where it is caught" : "")}");

    /// <summary>How that ended.</summary>
    public static void ThreadDumpEnded(uint pid, ThreadDump dump) =>
        Say($"thread dump of pid {pid}: {(dump.Status == ThreadDumpStatus.Ok ? $"{dump.Threads.Count} threads" : dump.StatusText)}");

    public static void SceneSaved(SavedScene scene, string reason) =>
        Say($"scene saved: {scene.Path} ({scene.Sockets} sockets{Omitted(scene)}, {(scene.Bytes + 1023) / 1024} KiB, {scene.Time.TotalSeconds:0.0} s): {reason}");

    public static void SceneFailed(string reason, string problem) =>
        Say($"scene not saved ({reason}): {TargetText.Clean(problem)}");

    private static string Omitted(SavedScene scene) => scene.SocketsOmitted == 0 ? "" : $", {scene.SocketsOmitted} more omitted";

    private static void Say(string line) => Console.Error.WriteLine($"closewait: {line}");
}
