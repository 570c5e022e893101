// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Capture;

/// <summary>What brings a hook: the first kernel that has it, and the options that it is built from. For words only: what works is found by trying.</summary>
public sealed record KernelNeed(Version Since, params IReadOnlyList<string> Options)
{
    /// <summary>Refused under lockdown=confidentiality.</summary>
    public bool IsLockedDown { get; init; }
}
