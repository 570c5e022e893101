// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>Accepts or refuses the certificate of a server.</summary>
public delegate bool VerifyPeerCallback(VerifyPeerContext context);
