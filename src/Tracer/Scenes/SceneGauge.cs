// SPDX-License-Identifier: Apache-2.0
using Tracer.Api;
using Tracer.Api.Scenes;
using Tracer.Attribution;

namespace Tracer.Scenes;

/// <summary>Measures what the conditions are about, and only that.</summary>
internal sealed class SceneGauge(
    IReadOnlyList<SceneCondition> conditions, EventHub hub, IFactSource facts, Func<IReadOnlyList<ListenerFacts>> listeners)
{
    private readonly bool _countsSockets = conditions.Any(static condition => condition.Metric != SceneMetric.ListenQueue);
    private readonly bool _countsProcesses = conditions.Any(
        static condition => condition.IsPerProcess || condition.Metric == SceneMetric.DescriptorShare);

    private readonly GrowthHistory _growth = new();
    private readonly Dictionary<SceneCondition, IReadOnlyDictionary<SceneSubject, double>> _values = [];

    /// <summary>Some condition is about queues, whose lengths only a scan tells.</summary>
    public bool NeedsScans { get; } = conditions.Any(static condition => condition.Metric == SceneMetric.ListenQueue);

    /// <summary>As of the last measurement; null: not known.</summary>
    public IReadOnlyDictionary<SceneSubject, double>? Of(SceneCondition condition) => _values.GetValueOrDefault(condition);

    /// <summary>Most sockets have just come: too young to be judged, and their holders may not be known yet.</summary>
    public bool IsCrowdYoung()
    {
        SceneFigures figures = new(facts.NowKtimeNs(), countsProcesses: false);
        hub.VisitSockets(includeLeftOpen: true, figures.Add);
        return figures.Settled * 2 < figures.Sockets;
    }

    public void Measure()
    {
        ulong now = facts.NowKtimeNs();
        SceneFigures figures = new(now, _countsProcesses);
        if (_countsSockets)
            hub.VisitSockets(includeLeftOpen: true, figures.Add);
        IReadOnlyDictionary<SceneSubject, double>? growth = null;
        foreach (SceneCondition condition in conditions)
        {
            _values[condition] = condition.Metric switch
            {
                SceneMetric.CloseWait => CloseWaits(figures, condition.IsPerProcess),
                SceneMetric.Growth => Part(growth ??= Growth(figures, now), condition.IsPerProcess),
                SceneMetric.DescriptorShare => DescriptorShares(figures, before: Of(condition)),
                _ => QueueShares(),
            };
        }
    }

    private static Dictionary<SceneSubject, double> CloseWaits(SceneFigures figures, bool isPerProcess) => isPerProcess
        ? figures.Processes.ToDictionary(static process => SceneSubject.Of(process.Key), static process => (double)process.Value.CloseWaits)
        : new Dictionary<SceneSubject, double> { [SceneSubject.Host] = figures.CloseWaits };

    private IReadOnlyDictionary<SceneSubject, double> Growth(SceneFigures figures, ulong now)
    {
        Dictionary<SceneSubject, double> counts = figures.Processes.ToDictionary(
            static process => SceneSubject.Of(process.Key), static process => (double)process.Value.Settled);
        counts[SceneSubject.Host] = figures.Settled;
        return _growth.Add(now, counts);
    }

    private static Dictionary<SceneSubject, double> Part(IReadOnlyDictionary<SceneSubject, double> growth, bool ofProcesses) =>
        growth.Where(one => one.Key == SceneSubject.Host != ofProcesses).ToDictionary();

    // Too many processes to be read in time keep the value they had: they are not gone.
    private Dictionary<SceneSubject, double> DescriptorShares(SceneFigures figures, IReadOnlyDictionary<SceneSubject, double>? before)
    {
        ProcessKey[] holders = [.. figures.Processes.Select(static process => process.Key)];
        IReadOnlyDictionary<ProcessKey, DescriptorFacts> known = facts.ReadDescriptors(holders);
        Dictionary<SceneSubject, double> shares = [];
        foreach (ProcessKey holder in holders)
        {
            SceneSubject subject = SceneSubject.Of(holder);
            if (known.TryGetValue(holder, out DescriptorFacts descriptors) && descriptors.Limit != 0)
                shares[subject] = 100.0 * descriptors.Open / descriptors.Limit;
            else if (before is not null && before.TryGetValue(subject, out double share))
                shares[subject] = share;
        }
        return shares;
    }

    // Known by its cookie only, a listener has not been scanned. The limit 0 lets one connection in.
    private Dictionary<SceneSubject, double> QueueShares()
    {
        Dictionary<SceneSubject, double> shares = [];
        foreach (ListenerFacts listener in listeners())
        {
            if (listener.LocalPort != 0)
                shares[SceneSubject.Of(new SocketKey(listener.Cookie, listener.Netns))] = 100.0 * listener.QueueLength / Math.Max(1, listener.QueueLimit);
        }
        return shares;
    }
}
