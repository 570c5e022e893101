// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>Ties a call to the server call on whose behalf it is made. Closed: the server library here creates none.</summary>
public sealed class ContextPropagationToken
{
    internal ContextPropagationToken()
    {
    }
}
