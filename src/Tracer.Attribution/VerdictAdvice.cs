// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Tracer.Wire;

namespace Tracer.Attribution;

/// <summary>What to do about each verdict, best first.</summary>
internal static class VerdictAdvice
{
    public static IReadOnlyList<string> ForUnknown { get; } =
    [
        "Look again in a minute: whoever receives it shows as its holder.",
        "Look for programs that use io_uring, or pass descriptors over unix sockets.",
    ];

    public static List<string> ForNeverAccepted(in TrackedSocket socket, INameSource names)
    {
        DescriptorHolder[] holders = socket.Listener?.Holders ?? [];
        TcpActor last = socket.Listener?.LastAccept ?? default;
        string place = ActorText.Place(in last, names);
        return
        [
            LookAt(holders, names, "the listener's owner", "what does the thread that should accept wait for"),
            $"Keep the accept loop{In(place)} free of calls that can block: give them timeouts, or other threads.",
            "A longer backlog only hides it for longer.",
        ];
    }

    public static List<string> ForEofNotRead(in TrackedSocket socket, INameSource names)
    {
        string place = ActorText.Place(in socket.Last.Record.Origin, names);
        string lookAt = LookAt(socket.Holders, names, "its holder", "is the thread that should read it blocked");
        if (socket.Direction == TcpDirection.Inbound)
        {
            return
            [
                lookAt,
                $"Read or close every connection that was accepted{In(place)}, on every path.",
                "Give connections a read timeout, so that one which nobody reads is closed.",
            ];
        }
        List<string> advice = [$"Close or give back what is opened{In(place)} on every path, also after an error or an early return.", lookAt];
        if (IdleTimeout(in socket) is { Length: > 0 } idle)
            advice.Insert(0, ForPool(idle));
        return advice;
    }

    /// <summary>What one socket that was idle for a short time does not say, many that were idle for the same time do.</summary>
    public static string ForPool(ulong idleNs) => ForPool($", {DurationText.Format(idleNs)} here");

    private static string ForPool(string idle) =>
        $"In a pool: set the longest idle time below the peer's{idle}; or test connections when they are taken out.";

    public static List<string> ForEofReadNotClosed(in TrackedSocket socket, INameSource names)
    {
        ref readonly TcpRecord record = ref socket.Last.Record;
        string place = ActorText.Place(in record.EofRead.Pid != 0 ? ref record.EofRead : ref record.LastRead, names);
        List<string> advice = [$"Close the socket where the read returns 0{In(place)}."];
        if (record.EofRead.Pid != 0 && record.LastRead.KtimeNs > record.EofRead.KtimeNs)
            advice.Add("Stop reading there: a read that returned 0 returns 0 for ever.");
        advice.Add("Look for an early return, an exception or a lost reference between that read and the close.");
        return advice;
    }

    public static List<string> ForHeldElsewhere(in TrackedSocket socket, INameSource names)
    {
        string user = ActorText.Name(in HolderRules.UserOf(in socket), names);
        string holders = ActorText.Processes(socket.Holders, names);
        return
        [
            $"If {holders} inherited it by fork: open sockets close-on-exec (SOCK_CLOEXEC), and close in a child what it does not need.",
            $"If {user} handed it over: {holders} must read it and close it.",
            $"Until then, the end of {holders} closes it.",
        ];
    }

    public static IReadOnlyList<string> ForHalfClose(in TrackedSocket socket) => SendRules.IsPeerSilent(in socket)
        ? ["Set TCP_USER_TIMEOUT or keepalive, so that sending to a peer that is gone fails.", "Limit the time an answer may take, and close after it."]
        : ["Nothing, while data flows."];

    public static List<string> ForReset(in TrackedSocket socket, INameSource names)
    {
        ref readonly TcpRecord record = ref socket.Last.Record;
        string place = ActorText.Place(in record.EofRead.Pid != 0 ? ref record.EofRead : ref record.LastRead, names);
        return
        [
            record.EofRead.Pid != 0
                ? $"Close the socket where the read returns 0{In(place)}: the connection ended, the descriptor did not."
                : "Close the descriptor: the connection ended, the descriptor did not. A poll for errors, or any use of it, would have told.",
            "ss does not show it any more: count the descriptors in /proc/PID/fd.",
        ];
    }

    public static List<string> ForShutdown(in TrackedSocket socket, INameSource names)
    {
        string place = socket.HasCloser ? ActorText.Place(in socket.Closer, names) : "";
        return
        [
            $"Call close() after the shutdown(){In(place)}: shutdown() ends the connection, not the descriptor.",
            "ss does not show it any more: count the descriptors in /proc/PID/fd.",
        ];
    }

    // Empty: the peer did not wait for it to be used.
    private static string IdleTimeout(in TrackedSocket socket)
    {
        if (!socket.HasIdleBeforeFin)
            return " (not known here)";
        return VerdictEvidence.IsUnused(in socket) ? $", {DurationText.Format(socket.IdleBeforeFinNs)} here" : "";
    }

    private static string In(string place) => place.Length == 0 ? "" : $" in {place}";

    private static string LookAt(DescriptorHolder[] holders, INameSource names, string role, string question)
    {
        if (holders.Length == 0)
            return $"Look at what the threads of {role} do now: {question}?";
        string pid = string.Create(CultureInfo.InvariantCulture, $"{holders[0].Process.Pid}");
        return $"Look at what the threads of {ActorText.Processes(holders, names)} do now (closewait threads {pid}): {question}?";
    }
}
