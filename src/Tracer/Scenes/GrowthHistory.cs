// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Scenes;

/// <summary>By how much counts have grown within the last minute. Before it has watched for a minute, by how much since it began.</summary>
internal sealed class GrowthHistory
{
    private const ulong WindowNs = 60_000_000_000;
    private const ulong StepNs = 5_000_000_000; // between two samples: bounds what is kept

    private readonly Queue<Sample> _samples = new();
    private ulong _newestKtimeNs;

    private sealed record Sample(ulong KtimeNs, IReadOnlyDictionary<SceneSubject, double> Counts);

    /// <summary>Takes the counts of now; who is not in them has none.</summary>
    public IReadOnlyDictionary<SceneSubject, double> Add(ulong nowKtimeNs, IReadOnlyDictionary<SceneSubject, double> counts)
    {
        if (_samples.Count == 0 || nowKtimeNs - _newestKtimeNs >= StepNs)
        {
            _samples.Enqueue(new Sample(nowKtimeNs, counts));
            _newestKtimeNs = nowKtimeNs;
        }
        // The oldest one stays until its successor is a minute old too.
        while (_samples.Count > 1 && nowKtimeNs - _samples.ElementAt(1).KtimeNs >= WindowNs)
            _samples.Dequeue();
        Sample before = _samples.Peek();
        ulong ageNs = nowKtimeNs - before.KtimeNs;
        double perMinute = ageNs > WindowNs ? (double)WindowNs / ageNs : 1;
        return counts.ToDictionary(
            static count => count.Key, count => (count.Value - before.Counts.GetValueOrDefault(count.Key)) * perMinute);
    }
}
