// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>What generated clients have in common, without their own type.</summary>
public abstract class ClientBase
{
    private readonly CallInvoker? _callInvoker;

    /// <summary>Creates a client that cannot call; for test doubles.</summary>
    protected ClientBase()
    {
    }

    /// <summary>Creates a client that calls through an invoker.</summary>
    protected ClientBase(CallInvoker callInvoker)
    {
        ArgumentNullException.ThrowIfNull(callInvoker);
        _callInvoker = callInvoker;
    }

    /// <summary>What starts the calls.</summary>
    protected CallInvoker CallInvoker =>
        _callInvoker ?? throw new InvalidOperationException("This client was created without a channel.");

    /// <summary>What a client needs to be created anew.</summary>
    protected internal sealed class ClientBaseConfiguration
    {
        internal ClientBaseConfiguration(CallInvoker callInvoker) => CallInvoker = callInvoker;

        internal CallInvoker CallInvoker { get; }
    }
}
