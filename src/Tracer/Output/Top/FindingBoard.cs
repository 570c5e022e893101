// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Kind = CloseWait.V1.FindingChange.Types.Kind;

namespace Tracer.Output.Top;

/// <summary>The findings of now, kept up to date by the stream.</summary>
internal sealed class FindingBoard
{
    private readonly Dictionary<string, Finding> _findings = [];

    // In the order of the daemon, which ranks by harm.
    private readonly List<string> _ranked = [];

    public HostSummary Summary { get; private set; } = new();

    /// <summary>Notices of losses on the stream.</summary>
    public ulong Lost { get; private set; }

    public void Apply(FindingBatch batch)
    {
        Summary = batch.Summary ?? Summary;
        foreach (FindingChange change in batch.Changes)
        {
            if (change.Finding is not { } finding)
                continue;
            if (change.Kind == Kind.Gone)
                Remove(finding.Id);
            else
                Set(finding);
        }
    }

    public void Apply(EventsLost lost) => Lost += lost.Count;

    public Finding? Find(string id) => _findings.GetValueOrDefault(id);

    /// <summary>The finding that has this socket among its examples; empty: none has.</summary>
    public string FindIdOf(SocketRecord socket) =>
        _ranked.Find(id => _findings[id].Examples.Any(example => example.Cookie == socket.Cookie && example.Netns == socket.Netns)) ?? "";

    /// <summary>Those that match, the first one first.</summary>
    public List<Finding> Select(TopOrder order, bool isReversed, string text, bool withHarmless)
    {
        IEnumerable<Finding> matching = _ranked.Select(id => _findings[id])
            .Where(finding => withHarmless || finding.Severity != Severity.Harmless)
            .Where(finding => Matches(finding, text));
        List<Finding> sorted = [.. Sort(matching, order)];
        if (isReversed)
            sorted.Reverse();
        return sorted;
    }

    private static IEnumerable<Finding> Sort(IEnumerable<Finding> findings, TopOrder order) => order switch
    {
        TopOrder.Sockets => findings.OrderByDescending(finding => finding.Sockets),
        TopOrder.Growth => findings.OrderByDescending(finding => finding.GrowthPerMinute),
        TopOrder.Oldest => findings.OrderByDescending(finding => finding.Oldest?.ToTimeSpan() ?? TimeSpan.Zero),
        TopOrder.Descriptors => findings.OrderByDescending(FindingText.DescriptorShare),
        _ => findings.OrderByDescending(finding => finding.Severity).ThenByDescending(finding => finding.Sockets),
    };

    private static bool Matches(Finding finding, string text) => text.Length == 0
        || FindingText.Searchable(finding).Any(part => part.Contains(text, StringComparison.OrdinalIgnoreCase));

    private void Set(Finding finding)
    {
        if (!_findings.ContainsKey(finding.Id))
            _ranked.Add(finding.Id);
        _findings[finding.Id] = finding;
    }

    private void Remove(string id)
    {
        if (_findings.Remove(id))
            _ranked.Remove(id);
    }
}
