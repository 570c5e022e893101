// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>Serves a call with one request and a stream of responses.</summary>
public delegate Task ServerStreamingServerMethod<TRequest, TResponse>(
    TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context)
    where TRequest : class
    where TResponse : class;
