// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>Takes the description of channel credentials.</summary>
public abstract class ChannelCredentialsConfiguratorBase
{
    /// <summary>The channel is plain text.</summary>
    public abstract void SetInsecureCredentials(object? state);

    /// <summary>The channel is TLS.</summary>
    public abstract void SetSslCredentials(
        object? state, string? rootCertificates, KeyCertificatePair? keyCertificatePair, VerifyPeerCallback? verifyPeerCallback);

    /// <summary>The channel also authenticates each call.</summary>
    public abstract void SetCompositeCredentials(object? state, ChannelCredentials channelCredentials, CallCredentials callCredentials);
}
