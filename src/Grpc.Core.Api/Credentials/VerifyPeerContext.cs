// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>The server whose certificate is to be judged. Closed: the client library here judges by its HTTP handler instead.</summary>
public sealed class VerifyPeerContext
{
    internal VerifyPeerContext()
    {
    }
}
