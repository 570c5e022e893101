// SPDX-License-Identifier: Apache-2.0
using Tracer.Api.Findings;
using Tracer.Api.Mapping;
using Tracer.Attribution;
using Tracer.Attribution.Findings;
using Tracer.Wire;
using Proto = CloseWait.V1;

namespace Tracer.Api.Scenes;

/// <summary>
/// Tells everything that is known now, item by item: what is small and worth most first, so that a file that was cut off still has it. The end
/// of the scene is left to who counts what was written.
/// </summary>
public sealed class SceneBuilder(EventHub hub, IFactSource facts)
{
    private const string ListenOverflows = "TcpExt.ListenOverflows";
    private readonly SceneSource _source = new(hub, facts);

    /// <param name="header">The first item.</param>
    /// <param name="listeners">Of the last scan.</param>
    /// <param name="write">Takes each item; called on one thread at a time.</param>
    /// <param name="cancellationToken">Ends it between two items.</param>
    public async Task WriteAsync(
        Proto.SceneHeader header, IReadOnlyList<ListenerFacts> listeners, Action<Proto.SceneItem> write, CancellationToken cancellationToken)
    {
        write(new Proto.SceneItem { Header = header });
        // Of any age: an alarm may fire because of those that have just come.
        FindingQuery everything = new() { MinAgeNs = 0, IncludesHarmless = true, IncludesThreads = true };
        FindingSnapshot snapshot = await _source.Findings.ReadAsync(everything, cancellationToken);
        write(new Proto.SceneItem { Summary = _source.SummaryMapper.ToSummary(snapshot) });
        write(new Proto.SceneItem { Status = _source.ReadStatus() });
        WriteFindings(snapshot, write);
        foreach (DescriptorUse use in ReadDescriptors())
            write(new Proto.SceneItem { Descriptors = FindingMapper.ToDescriptors(use) });
        foreach (Proto.ListenerUse listener in ToListeners(listeners, snapshot))
            write(new Proto.SceneItem { Listener = listener });
        cancellationToken.ThrowIfCancellationRequested();
        WriteSockets(write, cancellationToken);
    }

    // Their threads are told again by themselves, each once: for questions about a socket or a process.
    private void WriteFindings(FindingSnapshot snapshot, Action<Proto.SceneItem> write)
    {
        Dictionary<(uint Pid, uint Tid), Proto.ThreadState> threads = [];
        foreach (Finding finding in snapshot.Report.Findings)
        {
            Proto.Finding message = _source.FindingMapper.ToFinding(finding, snapshot);
            write(new Proto.SceneItem { Finding = message });
            foreach (Proto.ThreadState thread in message.Threads)
                threads.TryAdd((thread.Pid, thread.Tid), thread);
        }
        foreach (Proto.ThreadState thread in threads.Values)
            write(new Proto.SceneItem { Thread = new Proto.SceneThread { Thread = thread } });
    }

    private void WriteSockets(Action<Proto.SceneItem> write, CancellationToken cancellationToken)
    {
        HashSet<ulong> told = [];
        _source.VisitSockets(socket =>
        {
            foreach (ulong stackId in StacksOf(socket))
            {
                if (stackId != 0 && told.Add(stackId) && _source.FindStack(stackId) is { } stack)
                    write(new Proto.SceneItem { Stack = stack });
            }
            write(new Proto.SceneItem { Socket = socket });
            return !cancellationToken.IsCancellationRequested;
        });
        cancellationToken.ThrowIfCancellationRequested();
    }

    // Nearest to its limit first.
    private IEnumerable<DescriptorUse> ReadDescriptors()
    {
        SceneFigures figures = new(facts.NowKtimeNs(), countsProcesses: true);
        hub.VisitSockets(includeLeftOpen: true, figures.Add);
        Dictionary<ProcessKey, ProcessFigures> processes = figures.Processes.ToDictionary();
        return facts.ReadDescriptors(processes.Keys)
            .Select(process => new DescriptorUse(
                process.Key, facts.FindProcess(process.Key)?.Comm ?? "", process.Value, processes[process.Key].Held, ExhaustionNs: null))
            .OrderByDescending(static use => use.Share);
    }

    // Fullest first. Known by its cookie only, a listener has not been scanned.
    private IEnumerable<Proto.ListenerUse> ToListeners(IReadOnlyList<ListenerFacts> listeners, FindingSnapshot snapshot)
    {
        ulong overflows = snapshot.Kernel.FirstOrDefault(static counter => counter.Name == ListenOverflows).SinceTracing;
        return listeners
            .Where(static listener => listener.LocalPort != 0)
            .OrderByDescending(static listener => (double)listener.QueueLength / Math.Max(1, listener.QueueLimit))
            .Select(listener => ToListener(listener, IsCounted(listener) ? overflows : 0, snapshot.Queued.GetValueOrDefault(new SocketKey(listener.Cookie, listener.Netns))));
    }

    // The kernel counts overflows for a network namespace as a whole.
    private bool IsCounted(ListenerFacts listener) => facts.CountersNetns == 0 || facts.CountersNetns == listener.Netns;

    private static Proto.ListenerUse ToListener(ListenerFacts listener, ulong overflows, ulong stuck)
    {
        WireAddress address = listener.LocalAddress;
        return new Proto.ListenerUse
        {
            LocalAddress = AddressText.Format(in address, AddressText.AfInet),
            LocalPort = listener.LocalPort,
            QueueLength = listener.QueueLength,
            QueueLimit = listener.QueueLimit,
            Overflows = overflows,
            Stuck = stuck,
            Drops = listener.Drops,
        };
    }

    private static ulong[] StacksOf(Proto.SocketRecord socket) =>
    [
        socket.Origin?.StackId ?? 0,
        socket.FirstSend?.StackId ?? 0,
        socket.LastRead?.StackId ?? 0,
        socket.EofRead?.StackId ?? 0,
        socket.Closer?.StackId ?? 0,
        socket.Listener?.Opener?.StackId ?? 0,
        socket.Listener?.LastAccept?.StackId ?? 0,
    ];
}
