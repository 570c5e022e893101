// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Capture;

/// <summary>How it stands with a rung on this kernel.</summary>
public enum RungState
{
    /// <summary>It carries the fact.</summary>
    Chosen,

    /// <summary>It would work; a better one does, or another was asked for.</summary>
    Usable,

    /// <summary>The kernel refuses it.</summary>
    Refused,
}
