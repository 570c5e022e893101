// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>What a call made on behalf of a server call inherits. Closed, as <see cref="ContextPropagationToken"/> is.</summary>
public sealed class ContextPropagationOptions
{
    internal ContextPropagationOptions()
    {
    }
}
