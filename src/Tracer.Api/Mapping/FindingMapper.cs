// SPDX-License-Identifier: Apache-2.0
using Google.Protobuf.WellKnownTypes;
using Tracer.Api.Findings;
using Tracer.Attribution;
using Tracer.Attribution.Findings;
using Tracer.Wire;
using Proto = CloseWait.V1;

namespace Tracer.Api.Mapping;

/// <summary>Findings as messages.</summary>
public sealed class FindingMapper(IFactSource facts)
{
    private const int MaxDescriptors = 16;
    private const int MaxPeers = 16;
    private readonly EventMapper _sockets = new(facts);
    private readonly OwnerMapper _owners = new(facts);
    private readonly SiteMapper _sites = new(facts);

    public Proto.Finding ToFinding(Finding finding, FindingSnapshot snapshot)
    {
        Proto.Finding message = new()
        {
            Id = finding.Id,
            Verdict = (Proto.Verdict)finding.Verdict,
            Severity = (Proto.Severity)finding.Severity,
            Headline = finding.Headline,
            Owner = _owners.ToOwner(finding.Owner),
            HarmlessWhen = finding.HarmlessWhen,
            IsOwnerBlocked = finding.IsOwnerBlocked,
            Listener = finding.Listener is null ? null : ToListener(finding, snapshot),
            PeerCount = (uint)finding.PeerCount,
            Plateau = finding.Plateau.Known == 0 ? null : ToPlateau(finding.Plateau),
        };
        message.Evidence.Add(finding.Evidence.Select(ToEvidence));
        message.Advice.Add(finding.Advice);
        message.Descriptors.Add(finding.Descriptors.Take(MaxDescriptors).Select(ToDescriptors));
        message.Peers.Add(finding.Peers.Take(MaxPeers).Select(ToPeer));
        message.Ends.Add(ToEnds(finding.Ends));
        message.Threads.Add(finding.Threads.Select(thread => ThreadMapper.ToState(thread, ThreadLook.IsSuspect(finding, thread))));
        SetNumbers(message, finding);
        SetExamples(message, finding, snapshot);
        return message;
    }

    public static Proto.Evidence ToEvidence(Evidence evidence) => new() { Kind = (Proto.Evidence.Types.Kind)evidence.Kind, Text = evidence.Text };

    public static Proto.DescriptorUse ToDescriptors(DescriptorUse use)
    {
        Proto.DescriptorUse message = new()
        {
            Pid = use.Process.Pid,
            Comm = use.Comm,
            Open = use.Facts.Open,
            Limit = use.Facts.Limit,
            Stuck = use.Stuck,
            Share = use.Share,
        };
        if (use.ExhaustionNs is { } left)
            message.TimeToExhaustion = ProtoTime.ToDuration(left);
        return message;
    }

    internal static IEnumerable<Proto.EndCount> ToEnds(IReadOnlyDictionary<EndReason, ulong> ends) => ends
        .Where(static end => end.Value != 0)
        .GroupBy(static end => EventMapper.ToEndReason(end.Key), static end => end.Value)
        .OrderBy(static end => end.Key)
        .Select(static end => new Proto.EndCount { Reason = end.Key, Count = end.Aggregate(0UL, static (sum, one) => sum + one) });

    private static Proto.ListenerUse ToListener(Finding finding, FindingSnapshot snapshot)
    {
        ListenerFacts listener = finding.Listener!;
        WireAddress address = listener.LocalAddress;
        return new Proto.ListenerUse
        {
            // Without a port the listener was not found in a scan, and its address is not known either.
            LocalAddress = listener.LocalPort == 0 ? "" : AddressText.Format(in address, AddressText.AfInet),
            LocalPort = listener.LocalPort,
            QueueLength = listener.QueueLength,
            QueueLimit = listener.QueueLimit,
            Overflows = finding.ListenOverflows,
            Drops = listener.Drops,
            Stuck = snapshot.Queued.GetValueOrDefault(new SocketKey(listener.Cookie, listener.Netns)),
        };
    }

    private static Proto.PeerIdle ToPeer(PeerIdle peer)
    {
        WireAddress address = peer.Address;
        return new Proto.PeerIdle
        {
            Address = AddressText.Format(in address, peer.Family),
            Port = peer.Port,
            Sockets = peer.Sockets,
            Idle = peer.Idle.Known == 0 ? null : ToPlateau(peer.Idle),
        };
    }

    private static Proto.IdlePlateau ToPlateau(IdlePlateau plateau) => new()
    {
        Idle = ProtoTime.ToDuration(plateau.IdleNs),
        Spread = ProtoTime.ToDuration(plateau.SpreadNs),
        Matching = plateau.Matching,
        Known = plateau.Known,
        IsPlateau = plateau.IsPlateau,
    };

    private static Duration? ToDuration(ulong? nanoseconds) => nanoseconds is { } known ? ProtoTime.ToDuration(known) : null;

    private void SetNumbers(Proto.Finding message, Finding finding)
    {
        message.Sockets = finding.Sockets;
        message.Opened = finding.Opened;
        message.Closed = finding.Closed;
        message.CloseRatio = finding.Opened == 0 ? 0 : (double)finding.Closed / finding.Opened;
        message.MedianTimeToClose = ToDuration(finding.MedianTimeToCloseNs);
        message.P99TimeToClose = ToDuration(finding.P99TimeToCloseNs);
        message.Oldest = ProtoTime.ToDuration(finding.OldestNs);
        message.OldestIsLowerBound = finding.OldestIsLowerBound;
        message.GrowthPerMinute = finding.GrowthPerMinute;
        message.GrowthWindow = ProtoTime.ToDuration(finding.GrowthWindowNs);
        message.UnreadBytes = finding.UnreadBytes;
        message.UnsentBytes = finding.UnsentBytes;
        if (finding.FirstSeenKtimeNs != 0)
            message.FirstSeenTime = ProtoTime.ToTimestamp(facts.ToWallClock(finding.FirstSeenKtimeNs));
    }

    private void SetExamples(Proto.Finding message, Finding finding, FindingSnapshot snapshot)
    {
        foreach (SocketKey key in finding.Examples)
        {
            if (!snapshot.Examples.TryGetValue(key, out TrackedSocket socket))
                continue;
            Proto.SocketRecord record = _sockets.ToRecord(in socket);
            // As old as the finding says, however long the look at threads took.
            record.Age = ProtoTime.ToDuration(socket.AgeNs(snapshot.KtimeNs));
            message.Examples.Add(record);
        }
        message.Origin = _sites.ToSite(finding.Origin, message.Examples);
        message.Code = finding.Code is null ? null : _sites.ToSite(finding.Code, message.Examples);
        if (finding.Code is { Role: SiteRole.Blocked } && message.Threads.FirstOrDefault(thread => thread.Tid == finding.Code.Actor.Tid) is { } blocked)
            SiteMapper.SetStack(message.Code!, blocked);
    }
}
