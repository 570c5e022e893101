// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;

namespace Tracer.Output;

/// <summary>What a finding is about, in rows of text. Its numbers that bear the verdict are in the evidence.</summary>
internal static class FindingRows
{
    private const int ProcessLimit = 5;
    private const int PeerLimit = 3;
    private const int ShortContainerId = 13; // With the mark of the cut.

    /// <summary>Whose sockets they are.</summary>
    public static string Owner(Owner owner)
    {
        string exe = owner.Exe.Length > 0 ? TargetText.Clean(owner.Exe) : SocketText.Name(owner.Comm);
        string container = owner.ContainerId.Length == 0 ? "" : $"container {TargetText.Cut(TargetText.Clean(owner.ContainerId), ShortContainerId)}";
        string[] parts = [exe, TargetText.Clean(owner.Unit), container, Processes(owner)];
        return string.Join(", ", parts.Where(part => part.Length > 0));
    }

    /// <summary>How many they are, and how old.</summary>
    public static string Sockets(Finding finding)
    {
        string oldest = finding.Oldest is null ? "" : $", the oldest for {AgeText.Format(finding.Oldest.ToTimeSpan(), finding.OldestIsLowerBound)}";
        string unsent = finding.UnsentBytes == 0 ? "" : $", {finding.UnsentBytes} bytes unsent";
        return $"{finding.Sockets}{oldest}{unsent}";
    }

    /// <summary>Those with most sockets, and how idle each of them was; empty: there is only one, and the evidence tells of it.</summary>
    public static string Peers(Finding finding)
    {
        if (finding.PeerCount < 2)
            return "";
        int shown = Math.Min(PeerLimit, finding.Peers.Count);
        string first = string.Join(", ", finding.Peers.Take(shown).Select(Peer));
        return finding.PeerCount > shown ? $"{first} and {finding.PeerCount - shown} more" : first;
    }

    /// <summary>One of its sockets in a row; who holds it where that is not the same for all.</summary>
    public static string Example(SocketRecord socket, Owner? owner)
    {
        string facts = $"{SocketText.Connection(socket)}  {SocketText.Age(socket)}  cookie{TextWrap.Joint}{SocketText.Cookie(socket.Cookie)}";
        if (socket.NeverAccepted)
            return facts;
        bool isOwnersOnly = owner is { ProcessCount: 1, Processes: [var process] } && socket.Holders is [var holder] && holder.Pid == process.Pid;
        return isOwnersOnly ? $"{facts}  fd{TextWrap.Joint}{socket.Holders[0].Fd}" : $"{facts}  {SocketText.Holders(socket)}";
    }

    public static string Ends(IEnumerable<EndCount> ends) => string.Join(", ", ends.Select(end => $"{end.Count} {WireNames.Of(end.Reason)}"));

    private static string Processes(Owner owner)
    {
        if (owner.Processes.Count == 0)
            return "";
        if (owner.ProcessCount <= 1)
            return $"pid {owner.Processes[0].Pid}";
        int shown = Math.Min(ProcessLimit, owner.Processes.Count);
        string first = string.Join(", ", owner.Processes.Take(shown).Select(process => $"{process.Pid} ({process.Sockets})"));
        return owner.ProcessCount > shown ? $"pids {first} and {owner.ProcessCount - shown} more" : $"pids {first}";
    }

    private static string Peer(PeerIdle peer)
    {
        string name = peer.Port == 0 ? TargetText.Clean(peer.Address) : SocketText.Endpoint(peer.Address, peer.Port);
        return peer.Idle?.Idle is { } idle ? $"{name} {peer.Sockets} (idle {AgeText.Format(Rounded(idle.ToTimeSpan()))})" : $"{name} {peer.Sockets}";
    }

    // A timeout of 60 s is seen as 59.99 s or as 60.01 s.
    private static TimeSpan Rounded(TimeSpan idle) =>
        idle < TimeSpan.FromSeconds(1) ? idle : TimeSpan.FromMilliseconds(Math.Round(idle.TotalMilliseconds / 100) * 100);
}
