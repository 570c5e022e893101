// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution.Findings.Origins;

/// <summary>Where sockets come from, in words.</summary>
/// <param name="Group">The service.</param>
/// <param name="Role">What happened there.</param>
/// <param name="Label">The line of code, else <paramref name="Fallback"/>.</param>
/// <param name="Fallback">What is left to say without a line of code: the listener, or that nobody saw it.</param>
/// <param name="HasLine">The label is a line of code.</param>
/// <param name="IsTraced">A task was seen opening the socket, or being its first user.</param>
/// <param name="IsSettled">Looking up the names again will tell nothing else.</param>
internal sealed record OriginSite(ProcessKey Group, SiteRole Role, string Label, string Fallback, bool HasLine, bool IsTraced, bool IsSettled)
{
    public HistoryKey Key => new(Group, Label);

    /// <summary>Sockets of the same service of which less is known: they may come from here too.</summary>
    public HistoryKey FallbackKey => new(Group, Fallback);
}
