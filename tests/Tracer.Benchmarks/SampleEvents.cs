// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Tracer.Wire;

namespace Tracer.Benchmarks;

/// <summary>Events as the kernel sends them: connections over IPv4 to one server that is known.</summary>
internal static class SampleEvents
{
    public const ushort ServerPort = 8080;
    public const string ServerName = "server";

    private const ushort FirstClientPort = 32_768;
    private const uint Pid = 1000;
    private const ulong ListenerCookie = 1;
    private const ulong FirstKtimeNs = 1_000_000_000_000, NsBetween = 10_000;

    public static ulong KtimeOf(ulong cookie) => FirstKtimeNs + (cookie * NsBetween);

    public static TcpEvent Transition(ulong cookie) => new()
    {
        Header = Header<TcpEvent>(TcpEventKind.Transition),
        KtimeNs = KtimeOf(cookie),
        Cookie = cookie,
        SockKey = 0xffff_8881_0000_0000 + (cookie * 0x1000),
        Netns = 4_026_531_840,
        Owner = Actor(KtimeOf(cookie)),
        OwnerSource = TcpOwnerSource.Task,
        LocalAddress = Address(192, 0, 2, 1),
        RemoteAddress = Address(198, 51, 100, 7),
        LocalPort = ServerPort,
        RemotePort = (ushort)(FirstClientPort + (cookie % FirstClientPort)),
        Family = 2,
        Direction = TcpDirection.Inbound,
        OldState = TcpState.SynRecv,
        NewState = TcpState.Established,
        BytesReceived = 1_200,
        BytesSent = 54_000,
        SrttUs = 180,
    };

    public static TcpSocketEvent Enter(ulong cookie)
    {
        TcpSocketEvent e = new() { Event = Transition(cookie) };
        e.Event.Header = Header<TcpSocketEvent>(TcpEventKind.CloseWaitEnter);
        (e.Event.OldState, e.Event.NewState) = (TcpState.Established, TcpState.CloseWait);
        (e.Event.UnreadBytes, e.Event.Shutdown) = (1, 1);
        e.Record.CloseWaitKtimeNs = e.Event.KtimeNs;
        e.Record.ListenerCookie = ListenerCookie;
        e.Record.Listener = Actor(1);
        (e.Record.OriginKind, e.Record.Origin) = (TcpOrigin.Accept, Actor(e.Event.KtimeNs));
        e.Record.Flags = TcpRecordFlags.EntrySeen | TcpRecordFlags.WasCloseWait;
        return e;
    }

    /// <summary>The server closes it.</summary>
    public static TcpSocketEvent Exit(ulong cookie, ulong ktimeNs)
    {
        TcpSocketEvent e = Enter(cookie);
        e.Event.Header = Header<TcpSocketEvent>(TcpEventKind.CloseWaitExit);
        (e.Event.OldState, e.Event.NewState) = (TcpState.CloseWait, TcpState.LastAck);
        (e.Event.KtimeNs, e.Event.Owner.KtimeNs, e.Event.Shutdown) = (ktimeNs, ktimeNs, 3);
        return e;
    }

    public static byte[] BytesOf<T>(T record)
        where T : unmanaged => MemoryMarshal.AsBytes(new Span<T>(ref record)).ToArray();

    private static TcpEventHeader Header<T>(TcpEventKind kind)
        where T : unmanaged => new() { Kind = kind, Size = (uint)Unsafe.SizeOf<T>(), Version = WireFormat.Version };

    private static TcpActor Actor(ulong ktimeNs)
    {
        TcpActor actor = new() { KtimeNs = ktimeNs, StartBoottimeNs = 7_000_000, StackId = 99, Pid = Pid, Tid = Pid };
        Encoding.UTF8.GetBytes(ServerName).CopyTo(MemoryMarshal.AsBytes(new Span<WireComm>(ref actor.Comm)));
        return actor;
    }

    /// <summary>IPv4 in IPv6, as the programs write it.</summary>
    private static WireAddress Address(byte first, byte second, byte third, byte fourth)
    {
        WireAddress address = default;
        (address[10], address[11], address[12], address[13], address[14], address[15]) = (0xff, 0xff, first, second, third, fourth);
        return address;
    }
}
