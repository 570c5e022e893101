// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution.Findings.History;
using Tracer.Attribution.Findings.Texts;

namespace Tracer.Attribution.Findings.Grouping;

/// <summary>Makes a finding of a group of sockets.</summary>
internal sealed class FindingMaker(
    INameSource names,
    FindingOptions options,
    ulong nowKtimeNs,
    GrowthWindow window,
    OriginFigures origins,
    IReadOnlyDictionary<ProcessKey, DescriptorFacts> descriptors,
    ulong listenOverflows)
{
    private const int MostDescriptorUses = 16;
    private const double NsPerMinute = 60e9;

    private readonly OwnerRules _owners = new(names);

    public Finding Make(SocketGroup group)
    {
        OriginFigures.Figures figures = origins.Of(group.HistoryKeys);
        double growth = window.PerMinute(figures.Difference);
        bool isGrowing = group.Verdict != Verdict.SlowClose && SeverityRules.IsGrowing(growth, group.Came);
        (List<PeerIdle> peers, int peerCount) = group.Peers.Read();
        ListenerFacts? listener = group.Inbound > 0 ? group.Listeners.Main : null;
        Finding finding = new()
        {
            Id = "",
            Verdict = group.Verdict,
            Owner = OwnerOf(group),
            Origin = OriginOf(group, listener),
            Sockets = group.Sockets,
            Opened = figures.Outstanding + figures.Closes.Gone,
            Closed = figures.Closes.Gone,
            MedianTimeToCloseNs = figures.Closes.MedianNs,
            P99TimeToCloseNs = figures.Closes.P99Ns,
            FirstSeenKtimeNs = group.Oldest.First.EnterKtimeNs,
            OldestNs = nowKtimeNs - Math.Min(nowKtimeNs, group.Oldest.First.EnterKtimeNs),
            OldestIsLowerBound = group.IsOldestLowerBound,
            GrowthPerMinute = growth,
            GrowthWindowNs = window.LengthNs,
            UnreadBytes = group.UnreadBytes,
            UnsentBytes = group.UnsentBytes,
            Descriptors = DescriptorsOf(group, isGrowing ? growth : 0),
            Listener = listener,
            ListenOverflows = options.CountersNetns == 0 || options.CountersNetns == listener?.Netns ? listenOverflows : 0,
            Peers = peers,
            PeerCount = peerCount,
            Plateau = group.Peers.FindPlateau(),
            Ends = figures.Closes.Ends.ToDictionary(),
            Code = CodeSites.Find(group, figures.Closes, names),
            Examples = group.Oldest.Keys,
            Suspects = SuspectRules.Find(group),
            Group = group,
        };
        return Describe(finding with { Severity = SeverityRules.Judge(finding, group, isGrowing) }, group, figures.Closes, isGrowing);
    }

    private Finding Describe(Finding finding, SocketGroup group, CloseTally closes, bool isGrowing)
    {
        ulong tracingNs = nowKtimeNs - Math.Min(nowKtimeNs, options.TracingSinceKtimeNs);
        FindingContext context = new(group, closes, isGrowing, group.Peers.IsInferred, names, nowKtimeNs, tracingNs);
        return finding with
        {
            Headline = Headlines.Of(finding, context),
            Evidence = GroupEvidence.Of(finding, context),
            Advice = GroupAdvice.Of(finding, context),
            HarmlessWhen = VerdictTexts.HarmlessWhen(finding.Verdict),
        };
    }

    private Owner OwnerOf(SocketGroup group)
    {
        OwnerProcess[] all = [.. group.Processes().Read(names)];
        OwnerProcess[] own = Array.FindAll(all, process => _owners.GroupOf(process.Process) == group.Owner);
        OwnerProcess[] processes = own.Length > 0 ? own : all;
        ProcessFacts? facts = processes.Select(process => names.FindProcess(process.Process)).FirstOrDefault(found => found is not null);
        return new Owner(
            group.Owner, processes.Length == 0 ? "" : processes[0].Comm, facts?.Exe ?? "", facts?.Unit ?? "", facts?.ContainerId ?? "", facts?.Cgroup ?? "", processes);
    }

    private Site OriginOf(SocketGroup group, ListenerFacts? listener)
    {
        if (group.Origin.HasLine && group.Opened.FindPlace(group.Origin.Role, names, out _) is { } place)
            return place;
        Wire.TcpActor actor = group.Origin.Role == SiteRole.Listener ? listener?.Opener ?? default : group.Opened.Threads().FirstOrDefault();
        return new Site(group.Origin.Role, group.Origin.Label, actor);
    }

    // One that was never accepted takes no descriptor; but a process without a free one cannot accept it.
    private List<DescriptorUse> DescriptorsOf(SocketGroup group, double growthPerMinute)
    {
        bool hasDescriptors = group.Verdict != Verdict.NeverAccepted;
        ProcessTally holders = group.Processes();
        List<DescriptorUse> uses = [];
        foreach (OwnerProcess process in holders.Read(names))
        {
            if (!descriptors.TryGetValue(process.Process, out DescriptorFacts facts))
                continue;
            ulong stuck = hasDescriptors ? process.Sockets : 0;
            double perMinute = growthPerMinute * stuck / Math.Max(1, holders.Total);
            uses.Add(new DescriptorUse(process.Process, process.Comm, facts, stuck, TimeLeft(facts, perMinute)));
        }
        return [.. uses.OrderByDescending(use => use.Share).ThenByDescending(use => use.Stuck).Take(MostDescriptorUses)];
    }

    private ulong? TimeLeft(DescriptorFacts facts, double perMinute)
    {
        if (perMinute <= 0 || facts.Limit == 0)
            return null;
        double ns = (facts.Limit - Math.Min(facts.Limit, facts.Open)) / perMinute * NsPerMinute;
        return ns < window.FarthestNs ? (ulong)ns : null;
    }
}
