// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>A certificate chain and its private key, both PEM.</summary>
public sealed class KeyCertificatePair(string certificateChain, string privateKey)
{
    /// <summary>The chain, own certificate first.</summary>
    public string CertificateChain { get; } = certificateChain;

    /// <summary>The key of the first certificate.</summary>
    public string PrivateKey { get; } = privateKey;
}
