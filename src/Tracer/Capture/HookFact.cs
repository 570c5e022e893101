// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Capture;

/// <summary>Something to know about sockets, with the ways to learn it, best first.</summary>
/// <param name="Name">As shown to users and taken by <c>--hooks</c>.</param>
/// <param name="Meaning">The same in plain words.</param>
public sealed record HookFact(string Name, string Meaning, IReadOnlyList<HookRung> Rungs)
{
    /// <summary>Without it the tracer cannot work at all.</summary>
    public bool IsRequired { get; init; }
}
