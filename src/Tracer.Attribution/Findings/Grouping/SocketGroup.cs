// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution.Findings.Origins;
using Tracer.Wire;

namespace Tracer.Attribution.Findings.Grouping;

/// <summary>Sockets with the same owner, origin and verdict, added up.</summary>
internal sealed class SocketGroup(ProcessKey owner, OriginSite origin, Verdict verdict)
{
    private OriginSite? _lastSite;

    public ProcessKey Owner => owner;

    public OriginSite Origin => origin;

    public Verdict Verdict => verdict;

    public ulong Sockets { get; private set; }

    /// <summary>Seen entering CLOSE_WAIT, in the time that growth is measured over.</summary>
    public ulong Came { get; private set; }

    /// <summary>Nobody saw them open.</summary>
    public ulong Existed { get; private set; }

    public ulong Inbound { get; private set; }

    /// <summary>The accept() was not seen; their first use stands in for it.</summary>
    public ulong Adopted { get; private set; }

    public ulong UnreadBytes { get; private set; }

    public ulong UnsentBytes { get; private set; }

    /// <summary>Data sent after the FIN is not acknowledged.</summary>
    public ulong PeerSilent { get; private set; }

    /// <summary>A read, if only in vain, was seen after the FIN.</summary>
    public ulong ReadSince { get; private set; }

    /// <summary>Descriptor tables were searched.</summary>
    public ulong HoldersKnown { get; private set; }

    /// <summary>The time in CLOSE_WAIT is at least what it seems.</summary>
    public bool IsOldestLowerBound => Oldest.First.AgeIsLowerBound;

    /// <summary>The group that has taken all of this one; null: none has.</summary>
    public SocketGroup? MergedInto { get; private set; }

    public OldestSockets Oldest { get; } = new();

    public PeerTallies Peers { get; } = new();

    public ProcessTally Holders { get; } = new();

    /// <summary>Where nothing holds them: who opened them.</summary>
    public ProcessTally Originators { get; } = new();

    public ListenerTally Listeners { get; } = new();

    public ActorTally Opened { get; } = new();

    public ActorTally LastRead { get; } = new();

    public ActorTally EofRead { get; } = new();

    public ActorTally Closed { get; } = new();

    public ActorTally LastUsed { get; } = new();

    public Dictionary<EndReason, ulong> Ends { get; } = [];

    /// <summary>What the close history knows these sockets by.</summary>
    public HashSet<HistoryKey> HistoryKeys { get; } = [];

    /// <summary>What it knows sockets by that may be of the same kind.</summary>
    public HashSet<HistoryKey> FallbackKeys { get; } = [];

    public void Add(in TrackedSocket socket, OriginSite site, bool came)
    {
        Sockets++;
        Came += came ? 1UL : 0;
        Existed += site.IsTraced || socket.InAcceptQueue ? 0UL : 1;
        Inbound += OriginRules.IsInbound(in socket) ? 1UL : 0;
        Adopted += socket.OriginKind == TcpOrigin.Adopted ? 1UL : 0;
        ref readonly TcpEvent last = ref socket.Last.Event;
        UnreadBytes += last.UnreadBytes > 0 ? last.UnreadBytes - 1UL : 0;
        UnsentBytes += last.UnsentBytes;
        PeerSilent += verdict == Verdict.HalfCloseInUse && VerdictRules.IsPeerSilent(in socket) ? 1UL : 0;
        ReadSince += socket.Last.Record.LastRead.KtimeNs > socket.EnterKtimeNs ? 1UL : 0;
        HoldersKnown += socket.HoldersKtimeNs != 0 ? 1UL : 0;
        NoteSite(site);
        Oldest.Add(in socket);
        Peers.Add(in socket);
        if (socket.Listener is { } listener)
            Listeners.Add(listener);
        if (!socket.InCloseWait)
            Ends[socket.End] = Ends.GetValueOrDefault(socket.End) + 1;
        AddActors(in socket);
    }

    /// <summary>Takes all of another group.</summary>
    public void Add(SocketGroup other)
    {
        Sockets += other.Sockets;
        other.MergedInto = this;
        Came += other.Came;
        Existed += other.Existed;
        Inbound += other.Inbound;
        Adopted += other.Adopted;
        UnreadBytes += other.UnreadBytes;
        UnsentBytes += other.UnsentBytes;
        PeerSilent += other.PeerSilent;
        ReadSince += other.ReadSince;
        HoldersKnown += other.HoldersKnown;
        HistoryKeys.UnionWith(other.HistoryKeys);
        FallbackKeys.UnionWith(other.FallbackKeys);
        Oldest.Add(other.Oldest);
        Peers.Add(other.Peers);
        Holders.Add(other.Holders);
        Originators.Add(other.Originators);
        Listeners.Add(other.Listeners);
        Opened.Add(other.Opened);
        LastRead.Add(other.LastRead);
        EofRead.Add(other.EofRead);
        Closed.Add(other.Closed);
        LastUsed.Add(other.LastUsed);
        foreach ((EndReason reason, ulong count) in other.Ends)
            Ends[reason] = Ends.GetValueOrDefault(reason) + count;
    }

    /// <summary>The processes that answer for these sockets.</summary>
    public ProcessTally Processes()
    {
        if (verdict == Verdict.NeverAccepted)
            return Servers();
        return Holders.Total > 0 ? Holders : Originators;
    }

    private ProcessTally Servers()
    {
        ProcessTally servers = new();
        foreach ((ListenerFacts listener, ulong sockets) in Listeners.All)
        {
            servers.Add(listener.Holders, sockets);
            if (listener.Holders.Length == 0)
                servers.Add(ProcessKey.Of(listener.Opener), listener.Opener.Comm, sockets);
        }
        return servers.Total > 0 ? servers : Originators;
    }

    private void NoteSite(OriginSite site)
    {
        if (ReferenceEquals(site, _lastSite))
            return;
        HistoryKeys.Add(site.Key);
        FallbackKeys.Add(site.FallbackKey);
        if (site.Role == SiteRole.Connect)
            FallbackKeys.Add(new HistoryKey(site.Group, OriginNames.Existed));
        _lastSite = site;
    }

    private void AddActors(in TrackedSocket socket)
    {
        ref readonly TcpRecord record = ref socket.Last.Record;
        if (OriginRules.IsTraced(in socket))
            Opened.Add(in record.Origin);
        LastRead.Add(in record.LastRead);
        EofRead.Add(in record.EofRead);
        LastUsed.Add(in HolderRules.UserOf(in socket));
        if (socket.HasCloser)
            Closed.Add(in socket.Closer);
        if (socket.InAcceptQueue)
            return;
        if (socket.Holders.AsSpan().IsEmpty)
            Originators.Add(OriginRules.OriginatorOf(in socket), record.Origin.Comm);
        else
            Holders.Add(socket.Holders);
    }
}
