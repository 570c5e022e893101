// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>Serves a call with one request and one response.</summary>
public delegate Task<TResponse> UnaryServerMethod<TRequest, TResponse>(TRequest request, ServerCallContext context)
    where TRequest : class
    where TResponse : class;
