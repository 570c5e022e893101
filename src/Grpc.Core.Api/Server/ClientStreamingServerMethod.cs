// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>Serves a call with a stream of requests and one response.</summary>
public delegate Task<TResponse> ClientStreamingServerMethod<TRequest, TResponse>(
    IAsyncStreamReader<TRequest> requestStream, ServerCallContext context)
    where TRequest : class
    where TResponse : class;
