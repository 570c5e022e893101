// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>Takes the methods of a service; a null handler stands for "by the service's own method".</summary>
public abstract class ServiceBinderBase
{
    /// <summary>Takes a unary method.</summary>
    public abstract void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
        where TRequest : class
        where TResponse : class;

    /// <summary>Takes a server streaming method.</summary>
    public abstract void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
        where TRequest : class
        where TResponse : class;

    /// <summary>Takes a client streaming method.</summary>
    public abstract void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler)
        where TRequest : class
        where TResponse : class;

    /// <summary>Takes a duplex streaming method.</summary>
    public abstract void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
        where TRequest : class
        where TResponse : class;
}
