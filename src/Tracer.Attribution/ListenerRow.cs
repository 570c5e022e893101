// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution;

/// <summary>A listening socket as a row of the open scan.</summary>
internal readonly record struct ListenerRow(
    SocketKey Key, ulong SockKey, byte Family, WireAddress Address, ushort Port, uint QueueLength, uint QueueLimit, ulong Drops,
    TcpActor Opener, TcpActor LastAccept, int LastAcceptResult)
{
    public static ListenerRow Of(in TcpSocketEvent row) => new(
        TcpFacts.KeyOf(in row.Event),
        row.Event.SockKey,
        row.Event.Family,
        row.Event.LocalAddress,
        row.Event.LocalPort,
        row.Event.UnreadBytes,
        row.Event.UnsentBytes,
        row.Event.BytesReceived,
        row.Record.Listener.Pid != 0 || row.Record.OriginKind != TcpOrigin.Listen ? row.Record.Listener : row.Record.Origin,
        row.Record.LastRead,
        row.Record.LastReadResult);
}
