// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution.Findings.History;

/// <summary>How long closes took: a histogram whose buckets grow by a fifth, so that what it says is at most a tenth off.</summary>
internal sealed class CloseTimes
{
    private const double Ratio = 1.2;
    private const double ShortestNs = 1_000;
    private const int Buckets = 160; // the last one begins at 45 days

    private static readonly double BucketsPerOctave = 1 / Math.Log2(Ratio);

    private readonly uint[] _counts = new uint[Buckets];

    public ulong Count { get; private set; }

    public void Add(ulong ns)
    {
        _counts[BucketOf(ns)]++;
        Count++;
    }

    public void Add(CloseTimes other)
    {
        for (int i = 0; i < Buckets; i++)
            _counts[i] += other._counts[i];
        Count += other.Count;
    }

    /// <summary>The time that this part of all closes, 0 to 1, did not exceed; null: there was none.</summary>
    public ulong? Quantile(double part)
    {
        if (Count == 0)
            return null;
        ulong rank = Math.Max(1, (ulong)Math.Ceiling(part * Count));
        ulong seen = 0;
        int bucket = 0;
        while (bucket < Buckets - 1 && (seen += _counts[bucket]) < rank)
            bucket++;
        return (ulong)(ShortestNs * Math.Pow(Ratio, bucket + 0.5));
    }

    /// <summary>Closes that took about as long, or longer.</summary>
    public ulong CountFrom(ulong ns)
    {
        ulong count = 0;
        for (int i = BucketOf(ns); i < Buckets; i++)
            count += _counts[i];
        return count;
    }

    private static int BucketOf(ulong ns) =>
        ns <= ShortestNs ? 0 : Math.Min((int)(Math.Log2(ns / ShortestNs) * BucketsPerOctave), Buckets - 1);
}
