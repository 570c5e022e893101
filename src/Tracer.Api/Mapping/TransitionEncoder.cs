// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using Tracer.Attribution;
using Tracer.Wire;
using Proto = CloseWait.V1;

namespace Tracer.Api.Mapping;

/// <summary>
/// Writes state changes as elements of a TransitionBatch. A repeated field is its elements one after another, so any of them, cut out at its ends,
/// is part of a message of its own. For one thread at a time.
/// </summary>
internal sealed class TransitionEncoder(IFactSource facts)
{
    /// <summary>Of one element without the path of its executable. 3 bytes for each of 16 in a name; an address is 45 at most.</summary>
    private const int MaxBytes = 512;
    private const int MaxBytesPerChar = 3;
    private static readonly long s_epochTicks = DateTime.UnixEpoch.Ticks;

    // IPv6 and names that are not plain ASCII: the texts that are not made in place.
    private readonly RecentTexts<(WireAddress Address, byte Family)> _addresses =
        new(static key => AddressText.Format(in key.Address, key.Family));
    private readonly RecentTexts<WireComm> _comms = new(static comm => comm.ToText());
    private long _monotonicZero;
    private long _boottimeZero;
    private ProcessKey _process;
    private string _exe = "";
    private bool _isFresh;

    /// <summary>To be called before each batch: from here on clocks and names are looked at again.</summary>
    public void Begin() => _isFresh = false;

    /// <summary>Room that <see cref="Write"/> needs at most.</summary>
    public int Measure(in TcpEvent tcpEvent)
    {
        if (!_isFresh)
            Refresh();
        return MaxBytes + (MaxBytesPerChar * ExeOf(in tcpEvent).Length);
    }

    /// <summary>Returns how many bytes it took. <see cref="Measure"/> comes first.</summary>
    public int Write(in TcpEvent e, Span<byte> into)
    {
        ProtoWriter writer = new(into);
        int element = writer.Begin(Proto.TransitionBatch.TransitionsFieldNumber);
        WriteTime(ref writer, Proto.Transition.TimeFieldNumber, _monotonicZero, e.KtimeNs);
        writer.Number(Proto.Transition.CookieFieldNumber, e.Cookie);
        writer.Number(Proto.Transition.NetnsFieldNumber, e.Netns);
        WriteAddress(ref writer, Proto.Transition.LocalAddressFieldNumber, in e.LocalAddress, e.Family);
        writer.Number(Proto.Transition.LocalPortFieldNumber, e.LocalPort);
        WriteAddress(ref writer, Proto.Transition.RemoteAddressFieldNumber, in e.RemoteAddress, e.Family);
        writer.Number(Proto.Transition.RemotePortFieldNumber, e.RemotePort);
        writer.Number(Proto.Transition.OldStateFieldNumber, (ulong)e.OldState);
        writer.Number(Proto.Transition.NewStateFieldNumber, (ulong)e.NewState);
        writer.Number(Proto.Transition.DirectionFieldNumber, (ulong)e.Direction);
        if (IsOwned(in e))
            WriteOwner(ref writer, in e);
        writer.Number(Proto.Transition.UnreadBytesFieldNumber, e.UnreadBytes);
        writer.Number(Proto.Transition.UnsentBytesFieldNumber, e.UnsentBytes);
        writer.Number(Proto.Transition.BytesReceivedFieldNumber, e.BytesReceived);
        writer.Number(Proto.Transition.BytesSentFieldNumber, e.BytesSent);
        writer.Number(Proto.Transition.ErrorFieldNumber, e.SockError);
        writer.Number(Proto.Transition.KtimeNsFieldNumber, e.KtimeNs);
        writer.End(element);
        return writer.Position;
    }

    // Once per batch: an event has up to three times, and its process is mostly that of the one before.
    private void Refresh()
    {
        _monotonicZero = facts.ToWallClock(0).UtcTicks - s_epochTicks;
        _boottimeZero = facts.BootToWallClock(0).UtcTicks - s_epochTicks;
        _process = default;
        _exe = "";
        _isFresh = true;
    }

    private static bool IsOwned(in TcpEvent e) => e.OwnerSource != TcpOwnerSource.Unknown && e.Owner.Pid != 0;

    private string ExeOf(in TcpEvent e)
    {
        if (!IsOwned(in e))
            return "";
        ProcessKey key = ProcessKey.Of(in e.Owner);
        if (key != _process)
            (_process, _exe) = (key, facts.FindProcess(key)?.Exe ?? "");
        return _exe;
    }

    // Inlined, like those below: see ProtoWriter.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void WriteOwner(ref ProtoWriter writer, in TcpEvent e)
    {
        ref readonly TcpActor owner = ref e.Owner;
        int message = writer.Begin(Proto.Transition.OwnerFieldNumber);
        writer.Number(Proto.Actor.PidFieldNumber, owner.Pid);
        writer.Number(Proto.Actor.TidFieldNumber, owner.Tid);
        WriteComm(ref writer, in owner.Comm);
        WriteText(ref writer, Proto.Actor.ExeFieldNumber, ExeOf(in e));
        if (owner.StartBoottimeNs != 0)
            WriteTime(ref writer, Proto.Actor.ProcessStartTimeFieldNumber, _boottimeZero, owner.StartBoottimeNs);
        if (owner.KtimeNs != 0)
            WriteTime(ref writer, Proto.Actor.TimeFieldNumber, _monotonicZero, owner.KtimeNs);
        writer.Number(Proto.Actor.StackIdFieldNumber, owner.StackId);
        writer.Number(Proto.Actor.SourceFieldNumber, (ulong)Proto.Source.Traced);
        writer.End(message);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void WriteComm(ref ProtoWriter writer, in WireComm comm)
    {
        ReadOnlySpan<byte> name = comm.Name;
        if (name.IndexOfAnyExceptInRange((byte)' ', (byte)'~') >= 0)
            WriteText(ref writer, Proto.Actor.CommFieldNumber, _comms.Get(in comm));
        else if (!name.IsEmpty)
        {
            writer.Head(Proto.Actor.CommFieldNumber, name.Length);
            name.CopyTo(writer.Rest);
            writer.Advance(name.Length);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteText(ref ProtoWriter writer, int field, string text)
    {
        if (text.Length == 0)
            return;
        int start = writer.Begin(field);
        writer.Advance(Encoding.UTF8.GetBytes(text, writer.Rest));
        writer.End(start);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void WriteAddress(ref ProtoWriter writer, int field, in WireAddress address, byte family)
    {
        if (family == AddressText.AfInet6 || !address.IsV4Mapped)
        {
            WriteText(ref writer, field, _addresses.Get((address, family)));
            return;
        }
        int start = writer.Begin(field);
        writer.Advance(DottedText.Write(address.Bytes[12..], writer.Rest));
        writer.End(start);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteTime(ref ProtoWriter writer, int field, long zeroTicks, ulong nanoseconds)
    {
        // Signed: a nonsensical time from a damaged record must not throw here.
        long ticks = zeroTicks + (unchecked((long)nanoseconds) / TimeSpan.NanosecondsPerTick);
        ProtoTime.Split(ticks, out long seconds, out int nanos);
        int start = writer.Begin(field);
        writer.Number(Timestamp.SecondsFieldNumber, (ulong)seconds);
        writer.Number(Timestamp.NanosFieldNumber, (ulong)nanos);
        writer.End(start);
    }
}
