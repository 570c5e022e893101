// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux.Netlink;

/// <summary>How a socket dump ended.</summary>
public enum DiagStatus
{
    Ok,

    /// <summary>There are more sockets than were asked for.</summary>
    Truncated,

    /// <summary>The kernel says that its tables changed in between: rows may be missing.</summary>
    Interrupted,
    Malformed,

    /// <summary>The kernel refused; errno says why.</summary>
    Failed,
}
