// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>A connection to a server, from which calls are started.</summary>
public abstract class ChannelBase
{
    /// <summary>Creates a channel to a target.</summary>
    protected ChannelBase(string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        Target = target;
    }

    /// <summary>Where the channel leads.</summary>
    public string Target { get; }

    /// <summary>Returns what starts calls on this channel.</summary>
    public abstract CallInvoker CreateCallInvoker();
}
