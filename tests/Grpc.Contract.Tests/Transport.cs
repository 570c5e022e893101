// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Contract.Tests;

/// <summary>What carries HTTP/2 without TLS.</summary>
public enum Transport
{
    UnixSocket,
    Tcp,
}
