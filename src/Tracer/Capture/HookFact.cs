// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Capture;

/// <summary>Something to know about sockets, with the ways to learn it, best first.</summary>
public sealed record HookFact(string Name, IReadOnlyList<HookRung> Rungs)
{
    /// <summary>Without it the tracer cannot work at all.</summary>
    public bool IsRequired { get; init; }
}
