// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Attribution.Findings.Grouping;
using Tracer.Attribution.Findings.History;
using Tracer.Attribution.Findings.Origins;
using Tracer.Attribution.Findings.Threads;

namespace Tracer.Attribution.Findings;

/// <summary>
/// Makes findings of the sockets that are there now: add them all, ask the descriptor counts of <see cref="Holders"/>, then build.
/// </summary>
public sealed class FindingGrouping(INameSource names, CloseHistory history, FindingOptions options, ulong nowKtimeNs)
{
    private readonly OriginNames _originNames = new(names);
    private readonly OwnerRules _owners = new(names);
    private readonly GrowthWindow _window = GrowthWindow.Until(nowKtimeNs, options.TracingSinceKtimeNs);
    private readonly Dictionary<OriginKey, OriginEntry> _origins = [];
    private readonly Dictionary<GroupKey, SocketGroup> _groups = [];
    private readonly Dictionary<Verdict, ulong> _verdicts = [];
    private readonly Dictionary<SocketGroup, string> _ids = [];
    private ulong _closeWaits;
    private ulong _leftOpen;

    /// <summary>Processes that hold what was added and is old enough to be judged, or the listener in whose queue it waits.</summary>
    public IReadOnlyCollection<ProcessKey> Holders =>
        _groups.Values.SelectMany(group => group.Processes().Processes).ToHashSet();

    /// <summary>Takes a socket, in CLOSE_WAIT or left open.</summary>
    public void Add(in TrackedSocket socket)
    {
        bool isLeftOpen = socket.DescriptorLeftOpen && !socket.InCloseWait;
        if (!socket.InCloseWait && !isLeftOpen)
            return;
        if (isLeftOpen)
            _leftOpen++;
        else
            _closeWaits++;
        _verdicts[socket.Verdict] = _verdicts.GetValueOrDefault(socket.Verdict) + 1;
        OriginEntry origin = FindOrigin(in socket);
        bool came = _window.HasSeenComing(in socket);
        origin.Count(came);
        if (IsJudged(in socket))
            GroupOf(in socket, origin).Add(in socket, origin.Site, came);
    }

    /// <summary>Findings, worst first.</summary>
    /// <param name="descriptors">Of <see cref="Holders"/>; those not known are missing.</param>
    /// <param name="listenOverflows">TcpExt ListenOverflows since tracing began.</param>
    public FindingReport Build(IReadOnlyDictionary<ProcessKey, DescriptorFacts> descriptors, ulong listenOverflows)
    {
        List<SocketGroup> groups = GroupMerging.Merge(_groups);
        (Dictionary<HistoryKey, CloseTally> tallies, Dictionary<EndReason, ulong> ends) =
            history.Read(groups.SelectMany(group => group.HistoryKeys.Concat(group.FallbackKeys)).ToHashSet());
        OriginFigures figures = new(_origins.Values, tallies, _window);
        groups = SlowCloseRules.SetApart(groups, figures, options.MinAgeNs, nowKtimeNs);
        FindingMaker maker = new(names, options, nowKtimeNs, _window, figures, descriptors, listenOverflows);
        List<Finding> all = FindingOrder.Arrange(groups.Select(maker.Make));
        foreach (Finding finding in all)
            _ids.Add(finding.Group!, finding.Id);
        List<Finding> harmful = all.FindAll(finding => finding.Severity != Severity.Harmless);
        ulong leftOut = options.IncludesHarmless ? 0 : (ulong)(all.Count - harmful.Count);
        return new FindingReport(options.IncludesHarmless ? all : harmful, _closeWaits, _leftOpen, leftOut, _verdicts, ends);
    }

    /// <summary>Id of the finding that holds a socket which was added, harmless ones included; empty: none does. After <see cref="Build"/>.</summary>
    public string FindIdOf(in TrackedSocket socket)
    {
        if (!IsJudged(in socket))
            return "";
        SocketGroup group = GroupOf(in socket, FindOrigin(in socket));
        while (group.MergedInto is { } larger)
            group = larger;
        return _ids.GetValueOrDefault(group, "");
    }

    /// <summary>The same finding with what its suspects do now: evidence, the line of code, whether the owner is blocked; severity may rise.</summary>
    public static Finding WithThreads(Finding finding, IReadOnlyList<ThreadFacts> threads) => ThreadEvidence.Apply(finding, threads);

    private bool IsJudged(in TrackedSocket socket)
    {
        ulong since = socket.InCloseWait ? socket.EnterKtimeNs : socket.EndKtimeNs;
        return (socket.InCloseWait || socket.DescriptorLeftOpen) && socket.Verdict != Verdict.None && since + options.MinAgeNs <= nowKtimeNs;
    }

    private OriginEntry FindOrigin(in TrackedSocket socket)
    {
        ref OriginEntry? origin = ref CollectionsMarshal.GetValueRefOrAddDefault(_origins, OriginRules.KeyOf(in socket), out _);
        return origin ??= new OriginEntry(_originNames.Resolve(in socket));
    }

    private SocketGroup GroupOf(in TrackedSocket socket, OriginEntry origin)
    {
        ProcessKey owner = _owners.OwnerOf(in socket, origin.Site);
        if (origin.Groups.TryGetValue((owner, socket.Verdict), out SocketGroup? known))
            return known;
        GroupKey key = new(owner, origin.Site.Label, socket.Verdict, origin.Site.IsTraced && !origin.Site.HasLine);
        ref SocketGroup? group = ref CollectionsMarshal.GetValueRefOrAddDefault(_groups, key, out _);
        group ??= new SocketGroup(owner, origin.Site, key.Verdict);
        origin.Groups.Add((owner, socket.Verdict), group);
        return group;
    }
}
