// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution;

/// <summary>The verdict on one socket, from its own facts alone.</summary>
public static class VerdictRules
{
    /// <summary>None: it has ended and nothing is open.</summary>
    public static Verdict Judge(in TrackedSocket socket, ulong nowKtimeNs) => Verdict.Unknown;
}
