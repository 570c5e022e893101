// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux;

/// <summary>State of the lockdown security module.</summary>
public enum LockdownMode
{
    /// <summary>Not readable: securityfs is not mounted or not permitted.</summary>
    Unknown,
    None,
    Integrity,

    /// <summary>Refuses to let BPF read kernel memory, even to root.</summary>
    Confidentiality,
}
