// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>Ties a call to the server call on whose behalf it is made. The server library here creates none.</summary>
public abstract class ContextPropagationToken
{
    internal ContextPropagationToken()
    {
    }
}
