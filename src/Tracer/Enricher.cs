// SPDX-License-Identifier: Apache-2.0
using Tracer.Api;
using Tracer.Attribution;
using Tracer.Capture;
using Tracer.Linux;
using Tracer.Wire;

namespace Tracer;

/// <summary>Gives names to what the pump found, on its own thread: processes and stacks are read while they are still there.</summary>
public sealed class Enricher(
    HandoffQueue<PumpedItem> queue, EventHub hub, ProcessDirectory processes, StackDirectory stacks, CaptureSession session, ScanMarks scans)
{
    /// <summary>Stacks named by a record but never received; asked for again.</summary>
    public ulong StacksMissed { get; private set; }

    /// <summary>Runs until cancelled.</summary>
    public void Run(CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration wake = cancellationToken.Register(queue.Wake);
        while (!cancellationToken.IsCancellationRequested)
        {
            stacks.Improve();
            if (!queue.WaitForItem(stacks.NextImprovement))
                continue;
            Handle(in queue.Peek());
            queue.Advance();
        }
    }

    private void Handle(in PumpedItem item)
    {
        switch (item.Kind)
        {
            case PumpedItemKind.Stack:
                processes.Learn(new ProcessKey(item.Stack!.Header.Pid, item.Stack.Header.StartBoottimeNs));
                stacks.Add(item.Stack);
                break;
            case PumpedItemKind.SocketChange:
                Learn(in item.Socket);
                hub.PublishSocket(item.Change, in item.Socket);
                break;
            case PumpedItemKind.ScanDone:
                scans.Done(item.KtimeNs);
                break;
            case PumpedItemKind.ReplayBegin:
                hub.BeginReplay();
                break;
            case PumpedItemKind.ReplayEnd:
                hub.EndReplay(item.KtimeNs);
                break;
        }
    }

    private void Learn(in TrackedSocket socket)
    {
        ref readonly TcpRecord record = ref socket.Last.Record;
        LearnActor(in record.Origin);
        LearnActor(in record.Listener);
        LearnActor(in record.LastRead);
        LearnActor(in record.EofRead);
        LearnActor(in record.FirstSend);
        LearnActor(in socket.Closer);
        foreach (DescriptorHolder holder in socket.Holders)
            processes.Learn(holder.Process);
        if (socket.Listener is { } listener)
        {
            TcpActor lastAccept = listener.LastAccept;
            LearnActor(in lastAccept);
            foreach (DescriptorHolder holder in listener.Holders)
                processes.Learn(holder.Process);
        }
    }

    private void LearnActor(in TcpActor actor)
    {
        processes.Learn(ProcessKey.Of(in actor));
        if (actor.StackId == 0 || stacks.Find(actor.StackId) is not null)
            return;
        StacksMissed++;
        session.ForgetStack(actor.StackId);
    }
}
