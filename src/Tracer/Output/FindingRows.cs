// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using CloseWait.V1;

namespace Tracer.Output;

/// <summary>The numbers of a finding as rows of text.</summary>
internal static class FindingRows
{
    private const int ProcessLimit = 3;
    private const int PeerLimit = 3;
    private const int DescriptorLimit = 2;
    private const double NotableShare = 0.5;
    private const double Grows = 0.5; // Less than one socket in two minutes is not told from chance.

    public static string Owner(Owner owner)
    {
        var parts = new List<string>();
        string exe = owner.Exe.Length > 0 ? $" ({TargetText.Clean(owner.Exe)})" : "";
        parts.Add(SocketText.Name(owner.Comm) + exe);
        if (owner.Unit.Length > 0)
            parts.Add(TargetText.Clean(owner.Unit));
        if (owner.ContainerId.Length > 0)
            parts.Add($"container {TargetText.Cut(TargetText.Clean(owner.ContainerId), 13)}");
        parts.Add(Processes(owner));
        return string.Join(", ", parts.Where(part => part.Length > 0));
    }

    /// <summary>How many, how old, whether they grow, and what became of the others.</summary>
    public static IEnumerable<string> Numbers(Finding finding)
    {
        string oldest = finding.Oldest is null ? "" : $", the oldest for {AgeText.Format(finding.Oldest.ToTimeSpan(), finding.OldestIsLowerBound)}";
        string growth = Math.Abs(finding.GrowthPerMinute) < Grows ? "" : Text($", {finding.GrowthPerMinute:+0.#;-0.#} a minute");
        string unsent = finding.UnsentBytes == 0 ? "" : $", {ByteText.Format(finding.UnsentBytes)} unsent";
        string unread = finding.UnreadBytes == 0 ? "" : $", {ByteText.Format(finding.UnreadBytes)} unread";
        yield return $"{finding.Sockets} now{oldest}{growth}{unread}{unsent}";
        if (finding.Closed > 0)
            yield return Gone(finding);
    }

    public static IEnumerable<string> Peers(Finding finding)
    {
        foreach (PeerIdle peer in finding.Peers.Take(PeerLimit))
        {
            string name = peer.Port == 0 ? TargetText.Clean(peer.Address) : SocketText.Endpoint(peer.Address, peer.Port);
            yield return $"{name}: {Sockets(peer.Sockets)}{Idle(peer.Idle)}";
        }
        int shown = Math.Min(PeerLimit, finding.Peers.Count);
        if (finding.PeerCount > shown)
            yield return $"... {finding.PeerCount - shown} more";
        if (finding.PeerCount > 1 && finding.Plateau is { IsPlateau: true } all)
            yield return $"all of them{Idle(all)}";
    }

    /// <summary>What runs out: descriptors and places in the accept queue.</summary>
    public static IEnumerable<string> Limits(Finding finding)
    {
        if (finding.Listener is { } listener)
            yield return Listener(listener);
        foreach (DescriptorUse use in finding.Descriptors.Where(RunsOut).Take(DescriptorLimit))
            yield return Descriptors(use);
    }

    public static string Descriptors(DescriptorUse use)
    {
        string who = $"{SocketText.Name(use.Comm)}({use.Pid})";
        string open = use.Limit == 0 ? $"{use.Open} descriptors open" : Text($"{use.Open} of {use.Limit} descriptors open ({use.Share:0%})");
        string end = use.TimeToExhaustion is null ? "" : $"; none left in {AgeText.Format(use.TimeToExhaustion.ToTimeSpan())} at this rate";
        return $"{who}: {open}, {use.Stuck} of them here{end}";
    }

    public static string Listener(ListenerUse listener)
    {
        string overflows = listener.Overflows == 0 ? "" : $"; {listener.Overflows} connections refused by full queues of this network namespace";
        return $"{SocketText.Endpoint(listener.LocalAddress, listener.LocalPort)}: accept queue {listener.QueueLength} of {listener.QueueLimit}, "
            + $"{listener.Stuck} of them in CLOSE_WAIT{overflows}";
    }

    /// <summary>A socket in one row; who holds it where that is not the same for all.</summary>
    public static string Example(SocketRecord socket)
    {
        string holders = socket.NeverAccepted ? "" : $"  {SocketText.Holders(socket)}";
        return $"{SocketText.Connection(socket)}  {SocketText.Age(socket)}  cookie {SocketText.Cookie(socket.Cookie)}{holders}";
    }

    private static bool RunsOut(DescriptorUse use) => use.Share >= NotableShare || use.TimeToExhaustion is not null;

    private static string Processes(Owner owner)
    {
        if (owner.Processes.Count == 0)
            return "";
        if (owner.ProcessCount <= 1)
            return $"pid {owner.Processes[0].Pid}";
        IEnumerable<string> first = owner.Processes.Take(ProcessLimit).Select(process => $"{process.Pid} ({process.Sockets})");
        long left = owner.ProcessCount - Math.Min(ProcessLimit, owner.Processes.Count);
        return $"pids {string.Join(", ", first)}{(left > 0 ? $" and {left} more" : "")}";
    }

    private static string Gone(Finding finding)
    {
        string ends = finding.Ends.Count == 0 ? "" : ": " + Ends(finding.Ends);
        string times = finding.MedianTimeToClose is null ? "" : $"; closing took {AgeText.Format(finding.MedianTimeToClose.ToTimeSpan())} (median)";
        if (finding.P99TimeToClose is not null)
            times += $", {AgeText.Format(finding.P99TimeToClose.ToTimeSpan())} (99%)";
        return Text($"of {finding.Opened} seen, {finding.Closed} are gone ({finding.CloseRatio:0%}){ends}{times}");
    }

    public static string Ends(IEnumerable<EndCount> ends) => string.Join(", ", ends.Select(end => $"{end.Count} {WireNames.Of(end.Reason)}"));

    private static string Idle(IdlePlateau? idle)
    {
        if (idle?.Idle is null || idle.Known == 0)
            return "";
        string median = AgeText.Format(Rounded(idle.Idle.ToTimeSpan()));
        return idle.IsPlateau && idle.Spread is not null
            ? $", idle for {median} +-{Spread(idle.Spread.ToTimeSpan())} before the FIN on {idle.Matching} of {idle.Known}"
            : $", idle for {median} (median) before the FIN";
    }

    // A timeout of 60 s is seen as 59.99 s or as 60.01 s.
    private static TimeSpan Rounded(TimeSpan idle) =>
        idle < TimeSpan.FromSeconds(1) ? idle : TimeSpan.FromMilliseconds(Math.Round(idle.TotalMilliseconds / 100) * 100);

    private static string Spread(TimeSpan spread) => spread.TotalSeconds < 0.05 ? AgeText.Format(spread) : Text($"{spread.TotalSeconds:0.0}s");

    private static string Sockets(ulong count) => count == 1 ? "1 socket" : $"{count} sockets";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
