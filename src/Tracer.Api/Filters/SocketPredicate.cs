// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution;
using Tracer.Wire;

namespace Tracer.Api.Filters;

/// <summary>Tells the tracked sockets a client asked for. Immutable, evaluated without allocation, from any thread.</summary>
internal sealed class SocketPredicate(FilterTerms terms, IFactSource facts)
{
    public ulong MinAgeNs => terms.MinAgeNs;

    public bool MatchesEverything { get; } = terms.AcceptsEveryConnection && terms.MinAgeNs == 0
        && terms.Pids.Length == 0 && terms.Comms.IsEmpty && terms.Cgroups.IsEmpty
        && terms.VerdictMask == 0 && terms.Cookies.Length == 0;

    public bool Matches(in TrackedSocket socket) =>
        MatchesEverything || (IsOldEnough(in socket) && MatchesAtAnyAge(in socket));

    /// <summary>Everything but the age, which is the only term that comes true by waiting.</summary>
    public bool MatchesAtAnyAge(in TrackedSocket socket) =>
        (terms.Cookies.Length == 0 || terms.Cookies.AsSpan().Contains(socket.Key.Cookie))
        && (terms.VerdictMask == 0 || (terms.VerdictMask & (1u << (int)socket.Verdict)) != 0)
        && terms.AcceptsConnection(in socket.Last.Event, socket.PresentState(), socket.Direction)
        && (terms.Pids.Length == 0 || HasPid(in socket))
        && (terms.Comms.IsEmpty || HasComm(in socket))
        && (terms.Cgroups.IsEmpty || IsInCgroup(in socket));

    public bool IsOldEnough(in TrackedSocket socket) =>
        terms.MinAgeNs == 0 || socket.AgeNs(facts.NowKtimeNs()) >= terms.MinAgeNs;

    private bool HasPid(in TrackedSocket socket)
    {
        ref readonly TcpRecord record = ref socket.Last.Record;
        ReadOnlySpan<uint> pids = terms.Pids;
        if (HoldersHavePid(socket.Holders) || pids.Contains(record.Origin.Pid) || pids.Contains(record.LastRead.Pid)
            || (socket.HasCloser && pids.Contains(socket.Closer.Pid)))
            return true;
        // Nobody has a descriptor of a socket that waits in the accept queue: it is its listener's.
        return socket.InAcceptQueue && socket.Listener is { } listener
            && (HoldersHavePid(listener.Holders) || pids.Contains(listener.Opener.Pid));
    }

    private bool HoldersHavePid(DescriptorHolder[] holders)
    {
        foreach (ref readonly DescriptorHolder holder in holders.AsSpan())
        {
            if (terms.Pids.AsSpan().Contains(holder.Process.Pid))
                return true;
        }
        return false;
    }

    private bool HasComm(in TrackedSocket socket)
    {
        ref readonly TcpRecord record = ref socket.Last.Record;
        if (HoldersHaveComm(socket.Holders) || ActorHasComm(in record.Origin) || ActorHasComm(in record.LastRead)
            || (socket.HasCloser && ActorHasComm(in socket.Closer)))
            return true;
        return socket.InAcceptQueue && socket.Listener is { } listener
            && (HoldersHaveComm(listener.Holders) || OpenerHasComm(listener));
    }

    private bool HoldersHaveComm(DescriptorHolder[] holders)
    {
        foreach (ref readonly DescriptorHolder holder in holders.AsSpan())
        {
            WireComm comm = holder.Comm;
            if (terms.Comms.Contains(in comm)
                || (facts.FindProcess(holder.Process) is { } process && terms.Comms.Contains(process.Comm)))
                return true;
        }
        return false;
    }

    private bool OpenerHasComm(ListenerFacts listener)
    {
        TcpActor opener = listener.Opener;
        return ActorHasComm(in opener);
    }

    private bool ActorHasComm(in TcpActor actor) => actor.Pid != 0 && terms.Comms.Contains(in actor.Comm);

    // The socket's own cgroup is where it was made; after a hand-over its holder may live in another one.
    private bool IsInCgroup(in TrackedSocket socket)
    {
        if (terms.Cgroups.Contains(facts.FindCgroup(socket.Last.Event.CgroupId)))
            return true;
        foreach (ref readonly DescriptorHolder holder in socket.Holders.AsSpan())
        {
            if (facts.FindProcess(holder.Process) is { } process && terms.Cgroups.Contains(process.Cgroup))
                return true;
        }
        return false;
    }
}
