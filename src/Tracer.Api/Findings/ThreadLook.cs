// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution;
using Tracer.Attribution.Findings;
using Tracer.Wire;

namespace Tracer.Api.Findings;

/// <summary>Adds to the worst findings what their suspects do now. For one answer: each process is looked at once.</summary>
internal sealed class ThreadLook(IFactSource facts)
{
    public const int MaxFindings = 8;
    public const int MaxProcesses = 4;
    public const int MaxThreads = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan BusyPause = TimeSpan.FromMilliseconds(20);
    private readonly Dictionary<ProcessKey, ThreadInspection?> _seen = [];

    /// <summary>The same findings, with the worst first again: what threads do can make one worse.</summary>
    public async Task<IReadOnlyList<Finding>> AddAsync(IReadOnlyList<Finding> findings, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        Finding[] worst = [.. findings.Take(MaxFindings)];
        ILookup<ProcessKey, uint> threads = worst.SelectMany(static finding => finding.Suspects)
            .ToLookup(static suspect => ProcessKey.Of(in suspect), static suspect => suspect.Tid);
        for (int index = 0; index < worst.Length; index++)
            worst[index] = await AddAsync(worst[index], threads, patience.Token);
        cancellationToken.ThrowIfCancellationRequested();
        return [.. worst.OrderByDescending(static finding => finding.Severity), .. findings.Skip(MaxFindings)];
    }

    /// <summary>A thread that one of the suspects names.</summary>
    public static bool IsSuspect(Finding finding, ThreadFacts thread) =>
        finding.Suspects.Any(suspect => suspect.Pid == thread.Pid && suspect.Tid == thread.Tid);

    private async Task<Finding> AddAsync(Finding finding, ILookup<ProcessKey, uint> suspects, CancellationToken patience)
    {
        List<ThreadFacts> threads = [];
        string hindrance = "";
        foreach (ProcessKey process in finding.Suspects.Select(static suspect => ProcessKey.Of(in suspect)).Distinct().Take(MaxProcesses))
        {
            ThreadInspection? inspection = await LookAsync(process, suspects[process], patience);
            if (inspection is { Status: ThreadInspectionStatus.Ok })
                threads.AddRange(inspection.Threads);
            else if (hindrance.Length == 0)
                hindrance = $"what process {process.Pid} does now is not known: {inspection?.StatusText ?? "there was no time to look"}";
        }
        if (threads.Count > 0)
            finding = FindingGrouping.WithThreads(finding, [.. threads.OrderBy(thread => !IsSuspect(finding, thread)).Take(MaxThreads)]);
        return hindrance.Length == 0 ? finding : finding with { Evidence = [.. finding.Evidence, new Evidence(EvidenceKind.Unknown, hindrance)] };
    }

    // Null: it could not be looked at in time.
    private async Task<ThreadInspection?> LookAsync(ProcessKey process, IEnumerable<uint> suspects, CancellationToken patience)
    {
        if (_seen.TryGetValue(process, out ThreadInspection? seen))
            return seen;
        try
        {
            return _seen[process] = await InspectAsync(process, suspects, patience);
        }
        catch (OperationCanceledException)
        {
            return _seen[process] = null;
        }
    }

    private async Task<ThreadInspection> InspectAsync(ProcessKey process, IEnumerable<uint> suspects, CancellationToken patience)
    {
        // The answer is by pid alone, and must not be about a stranger who has it now.
        if (!facts.ReadDescriptors([process]).ContainsKey(process))
            return new ThreadInspection(ThreadInspectionStatus.NoProcess, "it has ended", [], false);
        ThreadInspection all = await AskAsync(process.Pid, [], patience);
        uint[] missing = all.IsTruncated ? [.. suspects.Where(tid => tid != 0 && all.Threads.All(thread => thread.Tid != tid)).Distinct()] : [];
        if (missing.Length == 0)
            return all;
        ThreadInspection rest = await AskAsync(process.Pid, missing, patience);
        return all with { Threads = [.. rest.Threads, .. all.Threads] };
    }

    private async Task<ThreadInspection> AskAsync(uint pid, IReadOnlyList<uint> tids, CancellationToken patience)
    {
        while (true)
        {
            patience.ThrowIfCancellationRequested();
            if (await facts.InspectThreadsAsync(pid, tids, omitStacks: false, patience).WaitAsync(patience) is { } inspection)
                return inspection;
            await Task.Delay(BusyPause, patience);
        }
    }
}
