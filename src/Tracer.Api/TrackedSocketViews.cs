// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution;
using Tracer.Wire;

namespace Tracer.Api;

/// <summary>Readings of a <see cref="TrackedSocket"/> that filter and mapping must agree on.</summary>
internal static class TrackedSocketViews
{
    public static TcpState PresentState(this in TrackedSocket socket) =>
        socket.InCloseWait ? TcpState.CloseWait : socket.Last.Event.NewState;

    /// <summary>Time in CLOSE_WAIT, until now or until it left.</summary>
    public static ulong AgeNs(this in TrackedSocket socket, ulong nowKtimeNs)
    {
        ulong end = socket.InCloseWait || socket.EndKtimeNs == 0 ? nowKtimeNs : socket.EndKtimeNs;
        return end > socket.EnterKtimeNs ? end - socket.EnterKtimeNs : 0;
    }
}
