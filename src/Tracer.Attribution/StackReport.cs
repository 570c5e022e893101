// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution;

/// <summary>A symbolized user stack, innermost frame first.</summary>
public sealed record StackReport(
    ulong StackId, uint Pid, IReadOnlyList<StackFrame> Frames, bool FpOnly, bool Truncated)
{
    /// <summary>Index of the line to show; null when no frame is the program's own.</summary>
    public int? UserFrame { get; init; }

    /// <summary>Why there are no more callers.</summary>
    public TcpStackEnd End { get; init; }

    /// <summary>What a web server's worker was serving, as in "GET /cart"; empty: nothing, or not known.</summary>
    public string Request { get; init; } = "";

    /// <summary>Why frames of a language runtime have no names; empty: nothing hinders.</summary>
    public string Limitation { get; init; } = "";
}
