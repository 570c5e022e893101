// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Google.Protobuf;
using Tracer.Api.Mapping;
using Tracer.Api.Tests.Given;
using Tracer.Wire;
using Xunit;
using TcpState = Tracer.Wire.TcpState;

namespace Tracer.Api.Tests.Mapping;

public class TransitionEncoderTests
{
    private readonly FakeFacts _facts = new();

    [Fact]
    public void A_transition_keeps_every_field()
    {
        _facts.AddProcess(7, "nginx", "/usr/sbin/nginx");

        Transition transition = Fresh(Owned());

        Assert.Equal("127.0.0.1", transition.LocalAddress);
        Assert.Equal("::ffff:10.0.0.9", Fresh(Mapped()).RemoteAddress);
        Assert.Equal((80u, 40_000u), (transition.LocalPort, transition.RemotePort));
        Assert.Equal((CloseWait.V1.TcpState.CloseWait, CloseWait.V1.TcpState.LastAck), (transition.OldState, transition.NewState));
        Assert.Equal(Direction.Inbound, transition.Direction);
        Assert.Equal((11u, 12u, 13ul, 14ul, 104u), (transition.UnreadBytes, transition.UnsentBytes, transition.BytesReceived, transition.BytesSent, transition.Error));
        Assert.Equal((9ul, 4026531840u, 9ul), (transition.Cookie, transition.Netns, transition.KtimeNs));
        Assert.Equal((7u, 8u, "nginx", "/usr/sbin/nginx", 99ul), (transition.Owner.Pid, transition.Owner.Tid, transition.Owner.Comm, transition.Owner.Exe, transition.Owner.StackId));
        Assert.Equal(FakeFacts.Epoch.AddTicks(5), transition.Owner.Time.ToDateTimeOffset());
        Assert.Equal(FakeFacts.Epoch.AddTicks(70), transition.Owner.ProcessStartTime.ToDateTimeOffset());
    }

    [Fact]
    public void An_owner_that_is_not_known_is_unset()
    {
        TcpEvent bystander = Owned();
        bystander.OwnerSource = TcpOwnerSource.Unknown;
        Assert.Null(Fresh(bystander).Owner);
    }

    [Fact]
    public void The_bytes_are_those_that_protobuf_writes()
    {
        _facts.AddProcess(7, "nginx", "/usr/sbin/nginx");
        TcpEvent bare = default;
        TcpEvent largest = Owned();
        (largest.Cookie, largest.KtimeNs, largest.BytesReceived, largest.BytesSent) = (ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue);
        (largest.Netns, largest.UnreadBytes, largest.UnsentBytes) = (uint.MaxValue, uint.MaxValue, uint.MaxValue);
        (largest.LocalPort, largest.RemotePort) = (ushort.MaxValue, 127);
        foreach (TcpEvent tcpEvent in (TcpEvent[])[Owned(), Mapped(), bare, largest, TestSockets.Transition(3, TcpState.SynSent, TcpState.Close)])
        {
            byte[] bytes = Encode(tcpEvent);
            TransitionBatch parsed = TransitionBatch.Parser.ParseFrom(bytes);
            Assert.Single(parsed.Transitions);
            Assert.Equal(parsed.ToByteArray(), bytes);
        }
    }

    [Fact]
    public void Elements_one_after_another_are_a_batch()
    {
        byte[] bytes = [.. Encode(Owned()), .. Encode(Mapped()), .. Encode(Owned())];
        Assert.Equal([Fresh(Owned()), Fresh(Mapped()), Fresh(Owned())], TransitionBatch.Parser.ParseFrom(bytes).Transitions);
    }

    [Theory]
    [InlineData("caf\u00e9")]
    [InlineData("\u202eevil")]
    [InlineData("a\tb\u001b[1m")]
    [InlineData("")]
    public void Names_are_as_everywhere_else(string name)
    {
        TcpEvent tcpEvent = Owned();
        tcpEvent.Owner.Comm = WireValues.Comm(name);
        Assert.Equal(tcpEvent.Owner.Comm.ToText(), Fresh(tcpEvent).Owner.Comm);
    }

    [Fact]
    public void A_path_of_any_length_has_room()
    {
        foreach (int length in (int[])[1, 100, 127, 128, 4095, 20_000])
        {
            _facts.AddProcess(7, "nginx", new string('\u4e2d', length));
            Assert.Equal(length, Fresh(Owned()).Owner.Exe.Length);
        }
    }

    [Fact]
    public void Addresses_are_as_everywhere_else()
    {
        foreach (string address in (string[])["0.0.0.0", "255.255.255.255", "9.10.99.100", "127.0.0.1", "::1", "2001:db8::1:2", "::"])
        {
            foreach (byte family in (byte[])[WireValues.AfInet, WireValues.AfInet6])
            {
                TcpEvent tcpEvent = Mapped();
                (tcpEvent.LocalAddress, tcpEvent.Family) = (WireValues.Address(address), family);
                Assert.Equal(AddressText.Format(in tcpEvent.LocalAddress, family), Fresh(tcpEvent).LocalAddress);
            }
        }
    }

    [Fact]
    public void A_name_learned_between_two_batches_is_in_the_second()
    {
        TransitionEncoder encoder = new(_facts);
        Assert.Equal("", Fresh(Owned(), encoder).Owner.Exe);
        _facts.AddProcess(7, "nginx", "/usr/sbin/nginx");
        encoder.Begin();
        Assert.Equal("/usr/sbin/nginx", Fresh(Owned(), encoder).Owner.Exe);
    }

    [Fact]
    public void Encoding_makes_no_garbage()
    {
        _facts.AddProcess(7, "nginx", "/usr/sbin/nginx");
        TcpEvent[] events = [Owned(), Mapped(), TestSockets.Transition(3, TcpState.SynSent, TcpState.Close)];
        TransitionEncoder encoder = new(_facts);
        byte[] room = new byte[4096];
        EncodeAll(encoder, events, room);

        Assert.Equal(0, SteadyState.Allocated(() => EncodeAll(encoder, events, room)));
    }

    private static void EncodeAll(TransitionEncoder encoder, TcpEvent[] events, byte[] room)
    {
        encoder.Begin();
        foreach (ref readonly TcpEvent tcpEvent in events.AsSpan())
        {
            Assert.True(encoder.Measure(in tcpEvent) <= room.Length);
            encoder.Write(in tcpEvent, room);
        }
    }

    private static TcpEvent Owned()
    {
        TcpEvent tcpEvent = TestSockets.Transition(9, TcpState.CloseWait, TcpState.LastAck);
        tcpEvent.Owner = WireValues.Actor(7, "nginx", ktimeNs: 500, stackId: 99);
        tcpEvent.Owner.StartBoottimeNs = 7000;
        tcpEvent.OwnerSource = TcpOwnerSource.Task;
        (tcpEvent.UnreadBytes, tcpEvent.UnsentBytes, tcpEvent.BytesReceived, tcpEvent.BytesSent, tcpEvent.SockError) = (11, 12, 13, 14, 104);
        return tcpEvent;
    }

    private static TcpEvent Mapped()
    {
        TcpEvent tcpEvent = TestSockets.Transition(4, TcpState.Established, TcpState.CloseWait);
        tcpEvent.Family = WireValues.AfInet6;
        tcpEvent.RemoteAddress = WireValues.Address("10.0.0.9");
        tcpEvent.Owner = WireValues.Actor(70, "curl");
        tcpEvent.Owner.StartBoottimeNs = 0;
        tcpEvent.OwnerSource = TcpOwnerSource.Recorded;
        return tcpEvent;
    }

    private Transition Fresh(TcpEvent tcpEvent, TransitionEncoder? encoder = null) =>
        TransitionBatch.Parser.ParseFrom(Encode(tcpEvent, encoder)).Transitions[0];

    private byte[] Encode(TcpEvent tcpEvent, TransitionEncoder? encoder = null)
    {
        encoder ??= new TransitionEncoder(_facts);
        byte[] room = new byte[encoder.Measure(in tcpEvent)];
        return room[..encoder.Write(in tcpEvent, room)];
    }
}
