// SPDX-License-Identifier: Apache-2.0
using Tracer.Api;
using Tracer.Capture;
using Tracer.Wire;

namespace Tracer;

/// <summary>Notices that something was dropped before or inside the pump, and announces it to every stream.</summary>
public sealed class LossWatch(CaptureSession session, EventHub hub, PumpCounters counters)
{
    private ulong _kernel;
    private ulong _queue;

    /// <summary>Events that never left the kernel: refused by a full ring, or their hook was skipped.</summary>
    public static ulong KernelLosses(CaptureSession session) =>
        session.ReadCounter(TcpCounter.EventsLost) + session.ReadCounter(TcpCounter.ExitsLost) + session.ReadSkippedRuns();

    /// <summary>True if the kernel lost something since the last call: the ledger may be wrong until the next scan.</summary>
    public bool Poll()
    {
        ulong kernel = KernelLosses(session);
        bool lost = kernel > _kernel;
        if (lost)
            hub.PublishLoss(LossPlace.Kernel, kernel);
        _kernel = Math.Max(_kernel, kernel);
        if (counters.QueueDropped > _queue)
            hub.PublishLoss(LossPlace.Queue, counters.QueueDropped);
        _queue = counters.QueueDropped;
        return lost;
    }
}
