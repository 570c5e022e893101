// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Scenes;

/// <summary>
/// Tells when conditions come true: once per crossing. Each host, process or listener is armed again when its value is clearly below the
/// threshold, or when it is gone.
/// </summary>
internal sealed class SceneTrigger(IReadOnlyList<SceneCondition> conditions, TimeProvider time)
{
    // A scene shows the whole host: of many processes that follow one another into trouble, the first will do for a while.
    private static readonly TimeSpan LeastPause = TimeSpan.FromSeconds(30);

    private readonly HashSet<(SceneCondition Condition, SceneSubject Subject)> _fired = [];
    private long? _lastScene;

    /// <summary>Takes what was measured, and returns what came true by it; empty: nothing, or too soon after the last time.</summary>
    /// <param name="read">The values of a condition by subject; null: not known now.</param>
    /// <param name="isSkipped">Something came true, but a scene was saved just before.</param>
    public IReadOnlyList<SceneCrossing> Observe(Func<SceneCondition, IReadOnlyDictionary<SceneSubject, double>?> read, out bool isSkipped)
    {
        List<SceneCrossing> crossings = [];
        foreach (SceneCondition condition in conditions)
        {
            if (read(condition) is { } values)
                Observe(condition, values, crossings);
        }
        isSkipped = crossings.Count > 0 && IsTooSoon() && crossings.TrueForAll(static crossing => crossing.Condition.HasManySubjects);
        if (crossings.Count == 0 || isSkipped)
            return [];
        _lastScene = time.GetTimestamp();
        return crossings;
    }

    private void Observe(SceneCondition condition, IReadOnlyDictionary<SceneSubject, double> values, List<SceneCrossing> crossings)
    {
        _fired.RemoveWhere(fired => fired.Condition == condition && (!values.TryGetValue(fired.Subject, out double value) || condition.IsOver(value)));
        foreach ((SceneSubject subject, double value) in values)
        {
            if (condition.IsMet(value) && _fired.Add((condition, subject)))
                crossings.Add(new SceneCrossing(condition, subject, value));
        }
    }

    private bool IsTooSoon() => _lastScene is { } last && time.GetElapsedTime(last) < LeastPause;
}
