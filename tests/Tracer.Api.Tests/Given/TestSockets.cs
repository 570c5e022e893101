// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution;
using Tracer.Wire;

namespace Tracer.Api.Tests.Given;

/// <summary>Plain sockets and events to start from.</summary>
internal static class TestSockets
{
    public const ulong Second = 1_000_000_000;

    public static TrackedSocket InCloseWait(ulong cookie, ulong enterKtimeNs = Second)
    {
        TrackedSocket socket = new()
        {
            Key = new SocketKey(cookie, 4026531840),
            EnterKtimeNs = enterKtimeNs,
            Holders = [],
            Direction = TcpDirection.Inbound,
            InCloseWait = true,
        };
        socket.Last.Event = Transition(cookie, TcpState.Established, TcpState.CloseWait);
        return socket;
    }

    public static TrackedSocket Ended(ulong cookie, EndReason reason = EndReason.Closed, bool isLeftOpen = false)
    {
        TrackedSocket socket = InCloseWait(cookie);
        socket.Last.Event = Transition(cookie, TcpState.CloseWait, TcpState.LastAck);
        socket.InCloseWait = false;
        socket.End = reason;
        socket.EndKtimeNs = 3 * Second;
        socket.DescriptorLeftOpen = isLeftOpen;
        return socket;
    }

    public static TcpEvent Transition(ulong cookie, TcpState oldState, TcpState newState) => new()
    {
        KtimeNs = cookie,
        Cookie = cookie,
        Netns = 4026531840,
        LocalAddress = WireValues.Address("127.0.0.1"),
        RemoteAddress = WireValues.Address("127.0.0.2"),
        LocalPort = 80,
        RemotePort = 40_000,
        Family = WireValues.AfInet,
        OldState = oldState,
        NewState = newState,
        Direction = TcpDirection.Inbound,
    };

    public static TcpEvent[] Transitions(ulong firstCookie, int count) =>
        [.. Enumerable.Range(0, count).Select(i => Transition(firstCookie + (ulong)i, TcpState.Established, TcpState.CloseWait))];

    public static DescriptorHolder Holder(uint pid, uint fd, string comm) =>
        new(new ProcessKey(pid, pid * 1000UL), fd, WireValues.Comm(comm));
}
