// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>The server whose certificate is to be judged.</summary>
public sealed class VerifyPeerContext
{
    internal VerifyPeerContext(string targetName, string peerPem)
    {
        TargetName = targetName;
        PeerPem = peerPem;
    }

    /// <summary>Name the client wanted to reach.</summary>
    public string TargetName { get; }

    /// <summary>Certificate of the server, PEM.</summary>
    public string PeerPem { get; }
}
