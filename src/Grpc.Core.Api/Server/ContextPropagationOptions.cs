// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>What a call made on behalf of a server call inherits.</summary>
public sealed class ContextPropagationOptions(bool propagateDeadline = true, bool propagateCancellation = true)
{
    /// <summary>Whether it inherits the deadline.</summary>
    public bool IsPropagateDeadline { get; } = propagateDeadline;

    /// <summary>Whether it inherits the cancellation.</summary>
    public bool IsPropagateCancellation { get; } = propagateCancellation;
}
