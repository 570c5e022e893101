// SPDX-License-Identifier: Apache-2.0
using Google.Protobuf.WellKnownTypes;
using Tracer.Attribution;
using Tracer.Wire;
using Proto = CloseWait.V1;

namespace Tracer.Api.Mapping;

/// <summary>
/// The transitions of one stream's next message. The messages are made once and used again, for the stream has sent them when it
/// asks for more: at full rate this saves half a kilobyte of garbage per event.
/// </summary>
internal sealed class TransitionPage(IFactSource facts)
{
    public const int Capacity = 256;
    private readonly Slot?[] _slots = new Slot?[Capacity];
    private readonly RecentTexts<(WireAddress Address, byte Family)> _addresses =
        new(static key => AddressText.Format(in key.Address, key.Family));
    private readonly RecentTexts<WireComm> _comms = new(static comm => comm.ToText());

    public Proto.TransitionBatch Batch { get; } = new();

    public int Count => Batch.Transitions.Count;

    public bool IsFull => Count == Capacity;

    public void Clear() => Batch.Transitions.Clear();

    public void Add(in TcpEvent tcpEvent)
    {
        Slot slot = _slots[Count] ??= new Slot();
        Proto.Transition message = slot.Transition;
        ProtoTime.Set(message.Time, facts.ToWallClock(tcpEvent.KtimeNs));
        message.KtimeNs = tcpEvent.KtimeNs;
        message.Cookie = tcpEvent.Cookie;
        message.Netns = tcpEvent.Netns;
        message.LocalAddress = _addresses.Get((tcpEvent.LocalAddress, tcpEvent.Family));
        message.LocalPort = tcpEvent.LocalPort;
        message.RemoteAddress = _addresses.Get((tcpEvent.RemoteAddress, tcpEvent.Family));
        message.RemotePort = tcpEvent.RemotePort;
        message.OldState = (Proto.TcpState)tcpEvent.OldState;
        message.NewState = (Proto.TcpState)tcpEvent.NewState;
        message.Direction = (Proto.Direction)tcpEvent.Direction;
        message.UnreadBytes = tcpEvent.UnreadBytes;
        message.UnsentBytes = tcpEvent.UnsentBytes;
        message.BytesReceived = tcpEvent.BytesReceived;
        message.BytesSent = tcpEvent.BytesSent;
        message.Error = tcpEvent.SockError;
        bool isOwned = tcpEvent.OwnerSource != TcpOwnerSource.Unknown && tcpEvent.Owner.Pid != 0;
        message.Owner = isOwned ? slot.Owner : null;
        if (isOwned)
            SetOwner(slot, in tcpEvent.Owner);
        Batch.Transitions.Add(message);
    }

    private void SetOwner(Slot slot, in TcpActor actor)
    {
        Proto.Actor owner = slot.Owner;
        owner.Pid = actor.Pid;
        owner.Tid = actor.Tid;
        owner.Comm = _comms.Get(in actor.Comm);
        owner.Exe = facts.FindProcess(ProcessKey.Of(in actor))?.Exe ?? "";
        owner.StackId = actor.StackId;
        owner.Source = Proto.Source.Traced;
        owner.Time = actor.KtimeNs == 0 ? null : slot.OwnerTime;
        if (actor.KtimeNs != 0)
            ProtoTime.Set(slot.OwnerTime, facts.ToWallClock(actor.KtimeNs));
        owner.ProcessStartTime = actor.StartBoottimeNs == 0 ? null : slot.ProcessStartTime;
        if (actor.StartBoottimeNs != 0)
            ProtoTime.Set(slot.ProcessStartTime, facts.BootToWallClock(actor.StartBoottimeNs));
    }

    private sealed class Slot
    {
        public readonly Proto.Transition Transition = new() { Time = new Timestamp() };
        public readonly Proto.Actor Owner = new();
        public readonly Timestamp OwnerTime = new();
        public readonly Timestamp ProcessStartTime = new();
    }
}
