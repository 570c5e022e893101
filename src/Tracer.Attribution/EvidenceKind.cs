// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution;

/// <summary>How well a statement stands. Numbered as in closewait.v1.</summary>
public enum EvidenceKind
{
    None = 0,

    /// <summary>A hook or a scan saw it.</summary>
    Observed = 1,

    /// <summary>Concluded from what was observed.</summary>
    Inferred = 2,

    /// <summary>Not known; the text says why, and what would tell.</summary>
    Unknown = 3,
}
