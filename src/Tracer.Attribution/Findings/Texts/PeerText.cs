// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution.Findings.Texts;

/// <summary>The other ends, and the timeouts they seem to have.</summary>
internal static class PeerText
{
    /// <summary>10.0.0.5:3306, or 192.0.2.7 of a client</summary>
    public static string Of(PeerIdle peer) => peer.Port == 0
        ? EndpointText.Address(peer.Address, peer.Family)
        : EndpointText.Format(peer.Address, peer.Family, peer.Port);

    /// <summary>60.0 s +- 0.1 on 412 of 415</summary>
    public static string Of(in IdlePlateau idle)
    {
        string median = DurationText.Format(idle.IdleNs);
        string unit = median.EndsWith(" s", StringComparison.Ordinal) && !median.Contains("min", StringComparison.Ordinal) ? "" : " s";
        return Counts.Text($"{median} +- {Counts.Seconds(idle.SpreadNs)}{unit} on {idle.Matching} of {idle.Known}");
    }

    /// <summary>Whose timeout it is.</summary>
    public static string TimeoutOf(Finding finding) =>
        finding.Peers.Count > 0 && finding.Peers[0].Port == 0 ? "the timeout of the client, or of the load balancer before it" : "the peer's idle timeout";
}
