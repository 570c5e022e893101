// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;

namespace Grpc.Core;

/// <summary>A call with one request and one response.</summary>
public sealed class AsyncUnaryCall<TResponse> : IDisposable
{
    private readonly AsyncCallState _call;

    /// <summary>Wraps a started call.</summary>
    public AsyncUnaryCall(
        Task<TResponse> responseAsync,
        Func<object, Task<Metadata>> responseHeadersAsync,
        Func<object, Status> getStatusFunc,
        Func<object, Metadata> getTrailersFunc,
        Action<object> disposeAction,
        object state)
    {
        ResponseAsync = responseAsync;
        _call = new AsyncCallState(responseHeadersAsync, getStatusFunc, getTrailersFunc, disposeAction, state);
    }

    /// <summary>The response.</summary>
    public Task<TResponse> ResponseAsync { get; }

    /// <summary>Headers of the response.</summary>
    public Task<Metadata> ResponseHeadersAsync => _call.ResponseHeadersAsync();

    /// <summary>Makes the call awaitable.</summary>
    public TaskAwaiter<TResponse> GetAwaiter() => ResponseAsync.GetAwaiter();

    /// <summary>Makes the call awaitable.</summary>
    public ConfiguredTaskAwaitable<TResponse> ConfigureAwait(bool continueOnCapturedContext) =>
        ResponseAsync.ConfigureAwait(continueOnCapturedContext);

    /// <summary>Returns the status; throws while the call runs.</summary>
    public Status GetStatus() => _call.GetStatus();

    /// <summary>Returns the trailers; throws while the call runs.</summary>
    public Metadata GetTrailers() => _call.GetTrailers();

    /// <summary>Ends the call: cancels it if it still runs.</summary>
    public void Dispose() => _call.Dispose();
}
