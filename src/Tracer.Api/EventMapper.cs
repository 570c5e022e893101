// SPDX-License-Identifier: Apache-2.0
using Google.Protobuf.WellKnownTypes;
using Tracer.Api.Mapping;
using Tracer.Attribution;
using Tracer.Wire;
using Proto = CloseWait.V1;

namespace Tracer.Api;

/// <summary>Records as messages. Ages are taken when the message is made, names from what the daemon knows by then.</summary>
internal sealed class EventMapper(IFactSource facts, bool omitsFrames = false)
{
    private const ulong NanosPerMicro = 1000;
    private readonly ActorMapper _actors = new(facts, omitsFrames);

    public Proto.CloseWaitChange ToChange(LedgerChangeKind kind, in TrackedSocket socket) => new()
    {
        Kind = kind switch
        {
            LedgerChangeKind.Existing => Proto.CloseWaitChange.Types.Kind.Existing,
            LedgerChangeKind.Entered => Proto.CloseWaitChange.Types.Kind.Entered,
            LedgerChangeKind.Updated => Proto.CloseWaitChange.Types.Kind.Updated,
            LedgerChangeKind.Aged => Proto.CloseWaitChange.Types.Kind.Aged,
            LedgerChangeKind.Exited => Proto.CloseWaitChange.Types.Kind.Exited,
            LedgerChangeKind.Released => Proto.CloseWaitChange.Types.Kind.Released,
            _ => Proto.CloseWaitChange.Types.Kind.Unspecified,
        },
        Socket = ToRecord(in socket),
    };

    public Proto.SocketRecord ToRecord(in TrackedSocket socket)
    {
        ref readonly TcpEvent last = ref socket.Last.Event;
        Proto.SocketRecord message = new()
        {
            Cookie = socket.Key.Cookie,
            Netns = socket.Key.Netns,
            LocalAddress = AddressText.Format(in last.LocalAddress, last.Family),
            LocalPort = last.LocalPort,
            RemoteAddress = AddressText.Format(in last.RemoteAddress, last.Family),
            RemotePort = last.RemotePort,
            Direction = (Proto.Direction)socket.Direction,
            State = (Proto.TcpState)socket.PresentState(),
            UnreadBytes = last.UnreadBytes,
            UnsentBytes = last.UnsentBytes,
            BytesReceived = last.BytesReceived,
            BytesSent = last.BytesSent,
            NeverAccepted = socket.InAcceptQueue,
            Family = AddressText.FamilyName(last.Family),
            Cgroup = facts.FindCgroup(last.CgroupId),
            Listener = ToListener(socket.Listener),
            Verdict = (Proto.Verdict)socket.Verdict,
            PreviousVerdict = (Proto.Verdict)socket.PreviousVerdict,
        };
        if (last.SrttUs != 0)
            message.Rtt = ProtoTime.ToDuration(last.SrttUs * NanosPerMicro);
        SetTimes(message, in socket);
        SetActors(message, in socket);
        SetEnd(message, in socket);
        return message;
    }

    public static Proto.Stack ToStack(StackReport stack)
    {
        Proto.Stack message = new()
        {
            StackId = stack.StackId,
            Pid = stack.Pid,
            FpOnly = stack.FpOnly,
            Truncated = stack.Truncated,
            End = (Proto.StackEnd)stack.End,
            Request = stack.Request,
            Limitation = stack.Limitation,
        };
        if (stack.UserFrame is { } userFrame)
            message.UserFrame = (uint)userFrame;
        message.Frames.Add(stack.Frames.Select(ActorMapper.ToFrame));
        return message;
    }

    public static Proto.EndReason ToEndReason(EndReason reason) => reason switch
    {
        EndReason.Closed => Proto.EndReason.Closed,
        EndReason.ProcessExit => Proto.EndReason.ProcessExit,
        EndReason.ResetByPeer => Proto.EndReason.ResetByPeer,
        EndReason.TimedOut => Proto.EndReason.TimedOut,
        EndReason.Destroyed => Proto.EndReason.Destroyed,
        EndReason.ListenerClosed => Proto.EndReason.ListenerClosed,
        _ => Proto.EndReason.Unspecified,
    };

    private void SetTimes(Proto.SocketRecord message, in TrackedSocket socket)
    {
        message.Age = ProtoTime.ToDuration(socket.AgeNs(facts.NowKtimeNs()));
        message.AgeIsLowerBound = socket.AgeIsLowerBound;
        message.CloseWaitEnterTime = ToTime(socket.EnterKtimeNs);
        message.LastSendTime = ToTime(socket.Last.Record.LastSendKtimeNs);
        if (!socket.HasIdleBeforeFin)
            return;
        message.IdleBeforeFin = ProtoTime.ToDuration(socket.IdleBeforeFinNs);
        message.IdleBeforeFinIsInferred = socket.IdleIsInferred;
    }

    private void SetActors(Proto.SocketRecord message, in TrackedSocket socket)
    {
        ref readonly TcpRecord record = ref socket.Last.Record;
        _actors.AddHolders(message.Holders, socket.Holders);
        message.HoldersTime = ToTime(socket.HoldersKtimeNs);
        message.Origin = ToOrigin(in socket);
        message.LastRead = _actors.ToActor(in record.LastRead, Proto.Source.Traced);
        if (message.LastRead is not null)
            message.LastRead.Result = record.LastReadResult;
        message.EofRead = _actors.ToActor(in record.EofRead, Proto.Source.Traced);
        message.FirstSend = _actors.ToActor(in record.FirstSend, Proto.Source.Traced);
    }

    private void SetEnd(Proto.SocketRecord message, in TrackedSocket socket)
    {
        message.DescriptorLeftOpen = socket.DescriptorLeftOpen;
        message.EndTime = ToTime(socket.EndKtimeNs);
        message.EndReason = ToEndReason(socket.End);
        if (socket.HasCloser)
            message.Closer = _actors.ToActor(in socket.Closer, Proto.Source.Traced);
    }

    // Nobody was seen to open it: one process alone that holds it is the best answer, and is marked as found by a scan.
    private Proto.Actor? ToOrigin(in TrackedSocket socket)
    {
        Proto.OriginKind kind = KindOf(in socket);
        Proto.Source source = socket.OriginKind is TcpOrigin.Connect or TcpOrigin.Accept ? Proto.Source.Traced : Proto.Source.Adopted;
        Proto.Actor? origin = _actors.ToActor(in socket.Last.Record.Origin, source);
        if (origin is null && HasOneHolder(socket.Holders))
        {
            origin = _actors.ToActor(in socket.Holders[0]);
            // Held by a process, it has left the queue: somebody accepted it.
            if (kind == Proto.OriginKind.Queued)
                kind = Proto.OriginKind.Accept;
        }
        if (origin is null && kind == Proto.OriginKind.Unspecified)
            return null;
        origin ??= new Proto.Actor();
        origin.Kind = kind;
        return origin;
    }

    private static Proto.OriginKind KindOf(in TrackedSocket socket) => socket.OriginKind switch
    {
        TcpOrigin.Connect => Proto.OriginKind.Connect,
        TcpOrigin.Accept or TcpOrigin.Adopted => Proto.OriginKind.Accept,
        TcpOrigin.Queued => socket.InAcceptQueue ? Proto.OriginKind.Queued : Proto.OriginKind.Accept,
        _ when socket.InAcceptQueue => Proto.OriginKind.Queued,
        TcpOrigin.Existed => Proto.OriginKind.Existed,
        _ => Proto.OriginKind.Unspecified,
    };

    private static bool HasOneHolder(DescriptorHolder[] holders)
    {
        foreach (ref readonly DescriptorHolder holder in holders.AsSpan())
        {
            if (holder.Process != holders[0].Process)
                return false;
        }
        return holders.Length > 0;
    }

    private Proto.Listener? ToListener(ListenerFacts? listener)
    {
        if (listener is null)
            return null;
        WireAddress address = listener.LocalAddress;
        (TcpActor opener, TcpActor lastAccept) = (listener.Opener, listener.LastAccept);
        Proto.Listener message = new()
        {
            Cookie = listener.Cookie,
            LocalPort = listener.LocalPort,
            QueueLength = listener.QueueLength,
            QueueLimit = listener.QueueLimit,
            Drops = listener.Drops,
            Opener = _actors.ToActor(in opener, Proto.Source.Traced),
            LastAccept = _actors.ToActor(in lastAccept, Proto.Source.Traced),
        };
        if (message.LastAccept is not null)
            message.LastAccept.Result = listener.LastAcceptResult;
        // Without a port the listener was not found in a scan, and its address is not known either.
        if (listener.LocalPort != 0)
            message.LocalAddress = AddressText.Format(in address, AddressText.AfInet);
        _actors.AddHolders(message.Holders, listener.Holders);
        return message;
    }

    private Timestamp? ToTime(ulong ktimeNs) => ktimeNs == 0 ? null : ProtoTime.ToTimestamp(facts.ToWallClock(ktimeNs));
}
