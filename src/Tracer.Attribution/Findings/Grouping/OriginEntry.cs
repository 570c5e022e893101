// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution.Findings.Origins;

namespace Tracer.Attribution.Findings.Grouping;

/// <summary>An origin seen in one grouping, so that its text is neither made nor hashed for every socket.</summary>
internal sealed class OriginEntry(OriginSite site)
{
    public OriginSite Site => site;

    /// <summary>There now, judged or too young.</summary>
    public ulong Sockets { get; private set; }

    /// <summary>Those of them that came in the time of growth.</summary>
    public ulong Came { get; private set; }

    public Dictionary<(ProcessKey Owner, Verdict Verdict), SocketGroup> Groups { get; } = [];

    public void Count(bool came)
    {
        Sockets++;
        Came += came ? 1UL : 0;
    }
}
