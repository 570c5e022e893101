// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;

namespace Tracer.Incidents.Stage;

/// <summary>Asks `closewait why` about an incident, in the two ways in which somebody meets one.</summary>
internal static class Why
{
    // Longer than the age from which on a socket is judged.
    private static readonly TimeSpan Judged = TimeSpan.FromSeconds(3.5);

    private static readonly TimeSpan Watch = TimeSpan.FromSeconds(3);

    public static Task<Answer> Ask(Way way, Incident incident) => way == Way.WithDaemon ? WithDaemon(incident) : OnBareHost(incident);

    /// <summary>The software serves, and the daemon has run for a while; then it happens.</summary>
    public static async Task<Answer> WithDaemon(Incident incident, params string[] daemonOptions)
    {
        await incident.Start();
        await using Daemon daemon = await Daemon.Start(daemonOptions);
        await UntilCodeIsKnown(daemon);
        await incident.Happen();
        await UntilJudged(incident, daemon);
        return await Ask(incident, "--socket", daemon.SocketPath);
    }

    /// <summary>It has happened on a host where nothing of closewait runs; then somebody types one command.</summary>
    public static async Task<Answer> OnBareHost(Incident incident)
    {
        await incident.Start();
        await incident.Happen();
        return await AskOnBareHost(incident, Watch);
    }

    /// <summary>The one command, while things go on.</summary>
    public static async Task<Answer> AskOnBareHost(Incident incident, TimeSpan watch)
    {
        using ScratchFolder folder = new();
        return await Ask(incident, "--socket", folder.PathOf("none"), "--watch", $"{watch.TotalSeconds}s");
    }

    /// <summary>It was saved when an alarm fired; no daemon is asked.</summary>
    public static Task<Answer> FromScene(Incident incident, string scene) => Ask(incident, "--from", scene);

    /// <summary>The command as a person would type it for one incident among others.</summary>
    public static string CommandFor(Incident incident) => "closewait why " + string.Join(' ', PortFilter(incident));

    /// <summary>As of a daemon that has run for a while: stacks have all their frames from the first one on.</summary>
    public static Task UntilCodeIsKnown(Daemon daemon) =>
        Deadline.Until("the daemon knows the code that runs", async () => (await daemon.Counters())["unwind_preloaded"] == 1 ? daemon : null);

    private static async Task<Answer> Ask(Incident incident, params string[] options)
    {
        // Everything that the machine has, for a program; this incident only, for a person. At the same time: an incident gets older, and Go's probes hide
        // after 15 s how long its sockets were idle.
        string[] answers = await Task.WhenAll(Run(["why", "--json", .. options]), Run(["why", .. PortFilter(incident), .. options]));
        return Answer.Parse(answers[0], answers[1]);
    }

    private static async Task<string> Run(string[] arguments) => await Command.MustRun("env", ["TZ=UTC", Repository.Executable, .. arguments]);

    private static string[] PortFilter(Incident incident) => [.. incident.Ports.SelectMany(port => new[] { "--port", $"{port}" })];

    private static async Task UntilJudged(Incident incident, Daemon daemon)
    {
        int stuck = (await incident.Stuck()).Length;
        await Deadline.Until("the stuck sockets are old enough to be judged", async () =>
        {
            int old = (await daemon.List()).Count(socket =>
                (incident.Ports.Contains((int)socket.LocalPort) || incident.Ports.Contains((int)socket.RemotePort)) && socket.Age.ToTimeSpan() > Judged);
            return old >= stuck ? daemon : null;
        });
    }
}
