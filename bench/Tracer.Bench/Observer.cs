// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;

namespace Tracer.Bench;

/// <summary>Somebody who watches the connections while they are measured: ours, with or without a client, or a peer.</summary>
internal sealed class Observer : IAsyncDisposable
{
    private const string LongestLife = "1800"; // seconds, of a peer that nobody ends

    // Where nobody has mounted tracefs, the peers find it in a mount namespace of their own; bpftrace looks for it below debugfs.
    private const string WithTracefs = """
        has() { [ -d "$1/events" ]; }
        mount --make-rprivate / && { has /sys/kernel/tracing || mount -t tracefs tracefs /sys/kernel/tracing; } || exit
        has /sys/kernel/debug/tracing || mount -t debugfs debugfs /sys/kernel/debug
        has /sys/kernel/debug/tracing || mount -t tracefs tracefs /sys/kernel/debug/tracing && exec "$@"
        """;

    private readonly Child? _peer;
    private bool _hasEnded;

    private Observer(Child peer) => _peer = peer;

    private Observer(Daemon daemon, TransitionReader? client)
    {
        Daemon = daemon;
        Client = client;
    }

    public Daemon? Daemon { get; }

    public TransitionReader? Client { get; }

    public int Pid => Daemon?.Pid ?? _peer!.Pid;

    /// <summary>The daemon as it starts by itself. Nobody asks it for state changes: it emits what CLOSE_WAIT needs.</summary>
    public static async Task<Observer> Quiet(Lab lab, params string[] options) => new(await StartDaemon(lab, options), null);

    /// <summary>The same with one client that reads every state change.</summary>
    public static async Task<Observer> Watched(Lab lab, params string[] options)
    {
        Daemon daemon = await StartDaemon(lab, options);
        try
        {
            return new Observer(daemon, await TransitionReader.Start(daemon));
        }
        catch
        {
            await daemon.DisposeAsync();
            throw;
        }
    }

    public static Task<Observer> TcpStates(Lab lab) => Peer(lab, "tcpstates");

    public static Task<Observer> TcpLife(Lab lab) => Peer(lab, "tcplife");

    public static Task<Observer> Count(Lab lab) => Peer(lab, "bpftrace", "-e", "tracepoint:sock:inet_sock_set_state { @ = count(); }");

    /// <summary>May be called early, to see what the end brings.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_hasEnded)
            return;
        _hasEnded = true;
        if (Client is not null)
            await Client.DisposeAsync();
        if (Daemon is not null)
            await Daemon.DisposeAsync();
        if (_peer is not null)
            await _peer.DisposeAsync();
    }

    private static async Task<Daemon> StartDaemon(Lab lab, string[] options)
    {
        lab.Ran(string.Join(' ', ["closewait run", .. options]));
        Daemon daemon = await Daemon.Start(options);
        await ProcessTime.UntilIdle(daemon.Pid);
        return daemon;
    }

    private static async Task<Observer> Peer(Lab lab, params string[] command)
    {
        lab.Ran(string.Join(' ', command[..^1].Append(command[^1].Contains(' ') ? $"'{command[^1]}'" : command[^1])) + " >/dev/null");
        Child child = Child.Start("unshare", ["-m", "sh", "-c", WithTracefs, "sh", LoadPrograms.PathOf("bounded"), LongestLife, .. command]);
        try
        {
            await Deadline.Until($"{command[0]} has loaded its programs", () => HoldsPrograms(child));
            await ProcessTime.UntilIdle(child.Pid);
            return new Observer(child);
        }
        catch
        {
            await child.DisposeAsync();
            throw;
        }
    }

    private static bool HoldsPrograms(Child child)
    {
        if (child.HasExited)
            throw new BenchException(6, $"a peer ended with {child.ExitCode}: {string.Join(' ', child.Errors)}");
        try
        {
            return Directory.GetFiles($"/proc/{child.Pid}/fdinfo").Any(path => File.ReadAllText(path).Contains("prog_id:", StringComparison.Ordinal));
        }
        catch (IOException)
        {
            return false; // a descriptor that was closed meanwhile
        }
    }
}
