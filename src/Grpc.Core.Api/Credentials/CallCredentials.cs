// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>Authenticates single calls.</summary>
public abstract class CallCredentials
{
    /// <summary>Describes the credentials to the client library.</summary>
    public abstract void InternalPopulateConfiguration(CallCredentialsConfiguratorBase configurator, object? state);
}
