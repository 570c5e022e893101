// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution.Findings.History;

namespace Tracer.Attribution.Findings.Grouping;

/// <summary>What the texts of a finding are made of, besides the finding itself.</summary>
/// <param name="Group">Its sockets.</param>
/// <param name="Closes">What became of others of the same owner and origin.</param>
/// <param name="IsGrowing">More come than go.</param>
/// <param name="IdleIsInferred">Idle times are concluded from the ages of segments.</param>
/// <param name="Names">Names of processes and places.</param>
/// <param name="NowKtimeNs">When the sockets were looked at.</param>
/// <param name="TracingNs">How long the tracer has been there.</param>
internal sealed record FindingContext(
    SocketGroup Group, CloseTally Closes, bool IsGrowing, bool IdleIsInferred, INameSource Names, ulong NowKtimeNs, ulong TracingNs)
{
    /// <summary>After so long the numbers of a finding tell what there is to tell.</summary>
    private const ulong EnoughNs = 60_000_000_000;

    public bool IsTracingYoung => TracingNs < EnoughNs;
}
