// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution;

namespace Tracer.Api.Tests.Given;

/// <summary>Sockets that make a finding: one process holds them, and does not close.</summary>
internal static class StuckSockets
{
    public static TrackedSocket Of(ulong cookie, uint pid, Verdict verdict = Verdict.EofReadNotClosed, ulong enterKtimeNs = TestSockets.Second)
    {
        TrackedSocket socket = TestSockets.InCloseWait(cookie, enterKtimeNs);
        socket.Holders = [TestSockets.Holder(pid, (uint)cookie, "app")];
        socket.HoldersKtimeNs = enterKtimeNs + 1;
        socket.Verdict = verdict;
        socket.Last.Event.UnreadBytes = verdict == Verdict.EofNotRead ? 1u : 0u;
        if (verdict == Verdict.EofNotRead)
            socket.Last.Record.LastRead = WireValues.Actor(pid, "app", enterKtimeNs - 1);
        return socket;
    }

    /// <summary>Publishes sockets with consecutive cookies, each a nanosecond younger than the one before.</summary>
    public static void Publish(
        ApiHost host, ulong firstCookie, int count, uint pid, Verdict verdict = Verdict.EofReadNotClosed, ulong enterKtimeNs = TestSockets.Second)
    {
        if (!host.Facts.Processes.ContainsKey(new ProcessKey(pid, pid * 1000UL)))
            host.Facts.AddProcess(pid, "app", $"/srv/app{pid}");
        for (int i = 0; i < count; i++)
        {
            TrackedSocket socket = Of(firstCookie + (ulong)i, pid, verdict, enterKtimeNs + (ulong)i);
            host.Hub.PublishSocket(LedgerChangeKind.Existing, in socket);
        }
    }
}
