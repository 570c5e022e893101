// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>What generated clients have in common.</summary>
public abstract class ClientBase<T> : ClientBase
    where T : ClientBase<T>
{
    /// <summary>Creates a client that cannot call; for test doubles.</summary>
    protected ClientBase()
    {
    }

    /// <summary>Creates a client of a channel.</summary>
    protected ClientBase(ChannelBase channel)
        : base(InvokerOf(channel))
    {
    }

    /// <summary>Creates a client that calls through an invoker.</summary>
    protected ClientBase(CallInvoker callInvoker)
        : base(callInvoker)
    {
    }

    /// <summary>Creates a client that calls as another one does.</summary>
    protected ClientBase(ClientBaseConfiguration configuration)
        : base(configuration.CallInvoker)
    {
    }

    /// <summary>Creates a client of the generated type.</summary>
    protected abstract T NewInstance(ClientBaseConfiguration configuration);

    private static CallInvoker InvokerOf(ChannelBase channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return channel.CreateCallInvoker();
    }
}
