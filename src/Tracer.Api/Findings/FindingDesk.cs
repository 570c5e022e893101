// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Api.Fanout;
using Tracer.Attribution;
using Tracer.Attribution.Findings;

namespace Tracer.Api.Findings;

/// <summary>Answers what the findings are now. Each call looks anew; between calls nothing is computed.</summary>
public sealed class FindingDesk(EventHub hub, IFactSource facts)
{
    private const string ListenOverflows = "TcpExt.ListenOverflows";

    public async Task<FindingSnapshot> ReadAsync(FindingQuery query, CancellationToken cancellationToken)
    {
        FindingSnapshot snapshot = Read(query);
        if (!query.IncludesThreads)
            return snapshot;
        IReadOnlyList<Finding> findings = await new ThreadLook(facts).AddAsync(snapshot.Report.Findings, cancellationToken);
        return snapshot with { Report = snapshot.Report with { Findings = findings } };
    }

    /// <summary>Id of the finding that holds a socket; empty: none that is not harmless.</summary>
    internal string FindIdOf(in TrackedSocket socket)
    {
        using SocketSelection selection = hub.SelectSockets(predicate: null, includeLeftOpen: true);
        (FindingGrouping grouping, FindingReport report) = Group(selection, new FindingQuery());
        string id = grouping.FindIdOf(in socket);
        return report.Findings.Any(finding => finding.Id == id) ? id : "";
    }

    /// <summary>Those sockets of a selection that a finding holds.</summary>
    internal List<SocketChange> FindMembers(SocketSelection selection, string findingId)
    {
        (FindingGrouping grouping, _) = Group(selection, new FindingQuery());
        return [.. selection.Sockets.Where(change => grouping.FindIdOf(in change.Socket) == findingId)];
    }

    internal FindingSnapshot Read(FindingQuery query)
    {
        ulong now = facts.NowKtimeNs();
        FindingGrouping grouping = new(facts, hub.Closes, OptionsOf(query), now);
        Dictionary<SocketKey, ulong> queued = [];
        // The sockets stay as they are until the examples have been copied.
        using SocketSelection selection = hub.SelectSockets(query.Sockets, includeLeftOpen: true);
        foreach (SocketChange change in selection.Sockets)
        {
            grouping.Add(in change.Socket);
            CountQueued(queued, in change.Socket);
        }
        IReadOnlyList<KernelCounterValue> kernel = facts.ReadKernelCounters();
        ulong overflows = kernel.FirstOrDefault(static counter => counter.Name == ListenOverflows).SinceTracing;
        FindingReport report = grouping.Build(facts.ReadDescriptors(grouping.Holders), overflows);
        if (query.VerdictMask != 0)
            report = report with { Findings = [.. report.Findings.Where(finding => (query.VerdictMask & (1u << (int)finding.Verdict)) != 0)] };
        return new FindingSnapshot
        {
            KtimeNs = now,
            Report = report,
            Census = hub.CountSockets(),
            Examples = CopyExamples(report, selection),
            Queued = queued,
            Kernel = kernel,
        };
    }

    private (FindingGrouping Grouping, FindingReport Report) Group(SocketSelection selection, FindingQuery query)
    {
        FindingGrouping grouping = new(facts, hub.Closes, OptionsOf(query), facts.NowKtimeNs());
        foreach (SocketChange change in selection.Sockets)
            grouping.Add(in change.Socket);
        return (grouping, grouping.Build(facts.ReadDescriptors(grouping.Holders), listenOverflows: 0));
    }

    private FindingOptions OptionsOf(FindingQuery query) => new()
    {
        MinAgeNs = query.MinAgeNs,
        IncludesHarmless = query.IncludesHarmless,
        TracingSinceKtimeNs = facts.TracingSinceKtimeNs,
        CountersNetns = facts.CountersNetns,
    };

    private static void CountQueued(Dictionary<SocketKey, ulong> queued, in TrackedSocket socket)
    {
        if (socket is { InCloseWait: true, InAcceptQueue: true, Listener.Cookie: not 0 })
            CollectionsMarshal.GetValueRefOrAddDefault(queued, new SocketKey(socket.Listener.Cookie, socket.Key.Netns), out _)++;
    }

    private static Dictionary<SocketKey, TrackedSocket> CopyExamples(FindingReport report, SocketSelection selection)
    {
        HashSet<SocketKey> wanted = [.. report.Findings.SelectMany(static finding => finding.Examples)];
        Dictionary<SocketKey, TrackedSocket> examples = [];
        foreach (SocketChange change in selection.Sockets)
        {
            if (wanted.Contains(change.Socket.Key))
                examples[change.Socket.Key] = change.Socket;
        }
        return examples;
    }
}
