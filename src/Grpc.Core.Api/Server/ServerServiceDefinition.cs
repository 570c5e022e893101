// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>The methods of a service together with an object that serves them.</summary>
public sealed class ServerServiceDefinition
{
    private readonly IReadOnlyList<Action<ServiceBinderBase>> _bindings;

    private ServerServiceDefinition(IReadOnlyList<Action<ServiceBinderBase>> bindings) => _bindings = bindings;

    /// <summary>Starts an empty definition.</summary>
    public static Builder CreateBuilder() => new();

    /// <summary>Gives every method to a binder. The server library calls it.</summary>
    internal void BindService(ServiceBinderBase serviceBinder)
    {
        foreach (Action<ServiceBinderBase> bind in _bindings)
            bind(serviceBinder);
    }

    /// <summary>Collects methods.</summary>
    public sealed class Builder
    {
        private readonly List<Action<ServiceBinderBase>> _bindings = [];

        internal Builder()
        {
        }

        /// <summary>Adds a unary method.</summary>
        public Builder AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse> handler)
            where TRequest : class
            where TResponse : class
        {
            _bindings.Add(binder => binder.AddMethod(method, handler));
            return this;
        }

        /// <summary>Adds a server streaming method.</summary>
        public Builder AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse> handler)
            where TRequest : class
            where TResponse : class
        {
            _bindings.Add(binder => binder.AddMethod(method, handler));
            return this;
        }

        /// <summary>Adds a client streaming method.</summary>
        public Builder AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse> handler)
            where TRequest : class
            where TResponse : class
        {
            _bindings.Add(binder => binder.AddMethod(method, handler));
            return this;
        }

        /// <summary>Adds a duplex streaming method.</summary>
        public Builder AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse> handler)
            where TRequest : class
            where TResponse : class
        {
            _bindings.Add(binder => binder.AddMethod(method, handler));
            return this;
        }

        /// <summary>Ends the collection.</summary>
        public ServerServiceDefinition Build() => new([.. _bindings]);
    }
}
