// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>Serves a call with streams both ways.</summary>
public delegate Task DuplexStreamingServerMethod<TRequest, TResponse>(
    IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context)
    where TRequest : class
    where TResponse : class;
