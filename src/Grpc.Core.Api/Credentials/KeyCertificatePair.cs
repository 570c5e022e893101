// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>A certificate and its private key. Closed: the client library here takes certificates from its HTTP handler instead.</summary>
public sealed class KeyCertificatePair
{
    internal KeyCertificatePair()
    {
    }
}
