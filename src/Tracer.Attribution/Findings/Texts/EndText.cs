// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution.Findings.Texts;

/// <summary>How connections ended.</summary>
internal static class EndText
{
    /// <summary>20 reset by the peer, 5 timed out</summary>
    public static string Of(IReadOnlyDictionary<EndReason, ulong> ends) =>
        string.Join(", ", ends.OrderByDescending(end => end.Value).ThenBy(end => end.Key).Select(end => Counts.Text($"{end.Value} {Words(end.Key)}")));

    private static string Words(EndReason reason) => reason switch
    {
        EndReason.Closed => "closed",
        EndReason.ProcessExit => "by the end of the process",
        EndReason.ResetByPeer => "reset by the peer",
        EndReason.TimedOut => "timed out",
        EndReason.Destroyed => "destroyed by an administrator",
        EndReason.ListenerClosed => "closed with the listener",
        _ => "in a way that was not seen",
    };
}
