// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Attribution;
using Tracer.Attribution.Findings;

namespace Tracer.Api.Scenes;

/// <summary>How many sockets there are at one moment, of the host and, when asked for, of each process.</summary>
public sealed class SceneFigures(ulong nowKtimeNs, bool countsProcesses)
{
    // A busy server closes within that time; without it, its daily coming and going would look like growth. As in findings.
    private static readonly ulong SettledNs = new FindingOptions().MinAgeNs;

    private readonly Dictionary<ProcessKey, Tally> _processes = [];
    private ulong _sockets;

    private struct Tally
    {
        public ProcessFigures Figures;
        public ulong LastSocket; // several descriptors of one process count once
    }

    /// <summary>All that are stuck.</summary>
    public ulong Sockets => _sockets;

    /// <summary>In CLOSE_WAIT.</summary>
    public uint CloseWaits { get; private set; }

    /// <summary>Stuck for a while, those left open after their end included.</summary>
    public uint Settled { get; private set; }

    /// <summary>Processes that hold a socket, or the listener of one that was never accepted.</summary>
    public IEnumerable<KeyValuePair<ProcessKey, ProcessFigures>> Processes =>
        _processes.Select(static process => KeyValuePair.Create(process.Key, process.Value.Figures));

    public void Add(in TrackedSocket socket)
    {
        _sockets++;
        uint closeWait = socket.InCloseWait ? 1u : 0;
        uint settled = socket.EnterKtimeNs + SettledNs <= nowKtimeNs ? 1u : 0;
        CloseWaits += closeWait;
        Settled += settled;
        if (!countsProcesses)
            return;
        bool isQueued = socket.InAcceptQueue && socket.Listener is not null;
        DescriptorHolder[] holders = isQueued ? socket.Listener!.Holders : socket.Holders;
        foreach (ref readonly DescriptorHolder holder in holders.AsSpan())
        {
            ref Tally tally = ref CollectionsMarshal.GetValueRefOrAddDefault(_processes, holder.Process, out _);
            if (tally.LastSocket == _sockets)
                continue;
            ProcessFigures before = tally.Figures;
            tally.Figures = new ProcessFigures(before.CloseWaits + closeWait, before.Settled + settled, before.Held + (isQueued ? 0u : 1));
            tally.LastSocket = _sockets;
        }
    }
}
