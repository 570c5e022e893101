// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>Secures a channel.</summary>
public abstract class ChannelCredentials
{
    /// <summary>Describes the credentials to the client library.</summary>
    public abstract void InternalPopulateConfiguration(ChannelCredentialsConfiguratorBase configurator, object? state);
}
