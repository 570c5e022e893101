// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution;
using Tracer.Attribution.Findings;
using Tracer.Wire;

namespace Tracer.Api.Findings;

/// <summary>Adds to the worst findings what their suspects do now. For one answer: a process is looked at once.</summary>
internal sealed class ThreadLook(IFactSource facts)
{
    public const int MaxFindings = 8;
    public const int MaxProcesses = 4;
    public const int MaxThreads = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan BusyPause = TimeSpan.FromMilliseconds(20);
    private readonly Dictionary<uint, ThreadInspection?> _seen = [];

    /// <summary>The same findings in the same order.</summary>
    public async Task<IReadOnlyList<Finding>> AddAsync(IReadOnlyList<Finding> findings, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        List<Finding> answered = [.. findings];
        for (int index = 0; index < Math.Min(MaxFindings, answered.Count); index++)
            answered[index] = await AddAsync(answered[index], patience.Token);
        cancellationToken.ThrowIfCancellationRequested();
        return answered;
    }

    /// <summary>A thread that one of the suspects names.</summary>
    public static bool IsSuspect(Finding finding, ThreadFacts thread) =>
        finding.Suspects.Any(suspect => suspect.Pid == thread.Pid && suspect.Tid == thread.Tid);

    private async Task<Finding> AddAsync(Finding finding, CancellationToken patience)
    {
        List<ThreadFacts> threads = [];
        string hindrance = "";
        foreach (IGrouping<ProcessKey, TcpActor> suspects in finding.Suspects.GroupBy(static suspect => ProcessKey.Of(in suspect)).Take(MaxProcesses))
        {
            ThreadInspection? inspection = await LookAsync(suspects.Key, [.. suspects.Select(static suspect => suspect.Tid)], patience);
            threads.AddRange(inspection?.Threads ?? []);
            if (inspection is not { Status: ThreadInspectionStatus.Ok } && hindrance.Length == 0)
                hindrance = $"what process {suspects.Key.Pid} does now: {inspection?.StatusText ?? "others were being looked at, for too long"}";
        }
        if (threads.Count > 0)
            finding = FindingGrouping.WithThreads(finding, [.. threads.OrderBy(thread => !IsSuspect(finding, thread)).Take(MaxThreads)]);
        return hindrance.Length == 0 ? finding : finding with { Evidence = [.. finding.Evidence, new Evidence(EvidenceKind.Unknown, hindrance)] };
    }

    // Null: it could not be looked at in time.
    private async Task<ThreadInspection?> LookAsync(ProcessKey process, uint[] suspects, CancellationToken patience)
    {
        if (_seen.TryGetValue(process.Pid, out ThreadInspection? seen))
            return seen;
        try
        {
            return _seen[process.Pid] = await InspectAsync(process, suspects, patience);
        }
        catch (OperationCanceledException)
        {
            return _seen[process.Pid] = null;
        }
    }

    private async Task<ThreadInspection> InspectAsync(ProcessKey process, uint[] suspects, CancellationToken patience)
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
            if (await facts.InspectThreadsAsync(pid, tids, omitStacks: false, patience).WaitAsync(patience) is { } inspection)
                return inspection;
            await Task.Delay(BusyPause, patience);
        }
    }
}
