// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution.Findings;

/// <summary>What happened at a place in the code. Numbered as in closewait.v1.</summary>
public enum SiteRole
{
    None = 0,
    Connect = 1,

    /// <summary>accept(), or the first use that stands in for it.</summary>
    Accept = 2,
    Listener = 3,

    /// <summary>Nobody saw the sockets open.</summary>
    Existed = 4,
    EofRead = 5,
    LastRead = 6,

    /// <summary>What a thread does now.</summary>
    Blocked = 7,
    Close = 8,
}
