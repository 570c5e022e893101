// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>State of a channel's connection.</summary>
public enum ConnectivityState
{
    /// <summary>No connection is wanted yet.</summary>
    Idle,

    /// <summary>A connection is being made.</summary>
    Connecting,

    /// <summary>Calls can be sent.</summary>
    Ready,

    /// <summary>Connecting failed and is tried again later.</summary>
    TransientFailure,

    /// <summary>The channel was shut down.</summary>
    Shutdown,
}
