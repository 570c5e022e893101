// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Wire;

namespace Tracer.Attribution.Findings.Grouping;

/// <summary>How many sockets belong to each process.</summary>
internal sealed class ProcessTally
{
    private readonly Dictionary<ProcessKey, (WireComm Comm, ulong Sockets)> _processes = [];

    public IReadOnlyCollection<ProcessKey> Processes => _processes.Keys;

    public ulong Total { get; private set; }

    public void Add(ProcessKey process, in WireComm comm, ulong sockets = 1)
    {
        if (!process.IsKnown)
            return;
        ref (WireComm Comm, ulong Sockets) tally = ref CollectionsMarshal.GetValueRefOrAddDefault(_processes, process, out bool exists);
        if (!exists)
            tally.Comm = comm;
        tally.Sockets += sockets;
        Total += sockets;
    }

    /// <summary>A process with several descriptors of one socket has it once.</summary>
    public void Add(DescriptorHolder[] holders, ulong sockets = 1)
    {
        for (int i = 0; i < holders.Length; i++)
        {
            ref readonly DescriptorHolder holder = ref holders[i];
            if (!Holds(holders.AsSpan(0, i), holder.Process))
                Add(holder.Process, holder.Comm, sockets);
        }
    }

    public void Add(ProcessTally other)
    {
        foreach ((ProcessKey process, (WireComm comm, ulong sockets)) in other._processes)
            Add(process, in comm, sockets);
    }

    /// <summary>Most sockets first.</summary>
    public IEnumerable<(ProcessKey Process, WireComm Comm, ulong Sockets)> BySockets() =>
        from pair in _processes
        orderby pair.Value.Sockets descending, pair.Key.Pid
        select (pair.Key, pair.Value.Comm, pair.Value.Sockets);

    /// <summary>The same with names.</summary>
    public IEnumerable<OwnerProcess> Read(INameSource names) =>
        from process in BySockets()
        let facts = names.FindProcess(process.Process)
        let comm = facts is { Comm.Length: > 0 } ? facts.Comm : process.Comm.ToText()
        select new OwnerProcess(process.Process, comm, facts?.Cmdline ?? "", process.Sockets);

    private static bool Holds(ReadOnlySpan<DescriptorHolder> holders, ProcessKey process)
    {
        foreach (ref readonly DescriptorHolder holder in holders)
        {
            if (holder.Process == process)
                return true;
        }
        return false;
    }
}
