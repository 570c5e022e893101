// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>A method of a service, and how its messages become bytes.</summary>
public sealed class Method<TRequest, TResponse> : IMethod
{
    /// <summary>Describes a method.</summary>
    public Method(
        MethodType type,
        string serviceName,
        string name,
        Marshaller<TRequest> requestMarshaller,
        Marshaller<TResponse> responseMarshaller)
    {
        ArgumentNullException.ThrowIfNull(serviceName);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(requestMarshaller);
        ArgumentNullException.ThrowIfNull(responseMarshaller);
        Type = type;
        ServiceName = serviceName;
        Name = name;
        RequestMarshaller = requestMarshaller;
        ResponseMarshaller = responseMarshaller;
        FullName = $"/{serviceName}/{name}";
    }

    /// <inheritdoc/>
    public MethodType Type { get; }

    /// <inheritdoc/>
    public string ServiceName { get; }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string FullName { get; }

    /// <summary>Requests to and from bytes.</summary>
    public Marshaller<TRequest> RequestMarshaller { get; }

    /// <summary>Responses to and from bytes.</summary>
    public Marshaller<TResponse> ResponseMarshaller { get; }
}
