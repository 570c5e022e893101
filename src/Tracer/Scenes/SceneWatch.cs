// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Google.Protobuf.WellKnownTypes;
using Tracer.Api;
using Tracer.Api.Scenes;
using Tracer.Attribution;
using Tracer.Daemon;
using Tracer.Linux;

namespace Tracer.Scenes;

/// <summary>Looks about once a second whether the scene is worth saving, and saves it. On a thread of its own, which exists only when it is wanted.</summary>
internal sealed class SceneWatch(
    SceneTrigger trigger, SceneGauge gauge, SceneBuilder builder, SceneStore store, SceneCounters counters, IFactSource facts,
    Func<IReadOnlyList<ListenerFacts>> listeners)
{
    private const uint Format = 1;
    private const int CostDivisor = 20; // Looking may cost so much of one CPU: 5 %.
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ScanPeriod = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan FirstScanPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SettlingTime = TimeSpan.FromSeconds(3.2);
    private static readonly TimeSpan ScanPatience = TimeSpan.FromSeconds(2);

    private long _scanDue;

    public required string Host { get; init; }

    /// <summary>Runs until cancelled.</summary>
    public void Run(CancellationToken cancellationToken)
    {
        try
        {
            // Before the first scan every socket would look as if it had just come.
            Rescan(FirstScanPatience, cancellationToken);
            while (!cancellationToken.IsCancellationRequested)
            {
                TimeSpan cost = Look(cancellationToken);
                cancellationToken.WaitHandle.WaitOne(TimeSpan.FromTicks(Math.Max(Period.Ticks, cost.Ticks * CostDivisor)));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    private TimeSpan Look(CancellationToken cancellationToken)
    {
        if (gauge.NeedsScans)
            FreshenQueues(cancellationToken);
        long began = TimeProvider.System.GetTimestamp();
        gauge.Measure();
        TimeSpan cost = TimeProvider.System.GetElapsedTime(began);
        IReadOnlyList<SceneCrossing> crossings = trigger.Observe(gauge.Of, out bool isSkipped);
        if (isSkipped)
            counters.NoteSkipped();
        if (crossings.Count > 0)
            Save(crossings, cancellationToken);
        return cost;
    }

    private void FreshenQueues(CancellationToken cancellationToken)
    {
        long began = TimeProvider.System.GetTimestamp();
        if (began < _scanDue)
            return;
        Rescan(ScanPatience, cancellationToken);
        long cost = TimeProvider.System.GetTimestamp() - began;
        _scanDue = began + Math.Max(cost * CostDivisor, (long)(ScanPeriod.TotalSeconds * TimeProvider.System.TimestampFrequency));
    }

    private void Save(IReadOnlyList<SceneCrossing> crossings, CancellationToken cancellationToken)
    {
        string reason = SceneReasons.Describe(crossings, facts, listeners());
        DateTimeOffset time = facts.ToWallClock(facts.NowKtimeNs());
        if (gauge.IsCrowdYoung())
            cancellationToken.WaitHandle.WaitOne(SettlingTime);
        // Holders and queues of now.
        Rescan(ScanPatience, cancellationToken);
        try
        {
            SceneHeader header = new()
            {
                Format = Format,
                Time = Timestamp.FromDateTimeOffset(time),
                Host = Host,
                Reason = reason,
                Version = StatusReport.ProductVersion,
            };
            Task<SavedScene> saving = store.SaveAsync(
                crossings[0].Condition.Slug, time, write => builder.WriteAsync(header, listeners(), write, cancellationToken));
            SavedScene saved = saving.GetAwaiter().GetResult();
            counters.Note(saved);
            Announcement.SceneSaved(saved, reason);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or LinuxException)
        {
            counters.NoteFailed();
            Announcement.SceneFailed(reason, e.Message);
        }
    }

    private void Rescan(TimeSpan patience, CancellationToken cancellationToken)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        end.CancelAfter(patience);
        try
        {
            facts.RescanAsync(end.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Numbers of before will do.
        }
    }
}
