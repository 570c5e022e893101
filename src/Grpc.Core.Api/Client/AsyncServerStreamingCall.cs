// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>A call with one request and a stream of responses.</summary>
public sealed class AsyncServerStreamingCall<TResponse> : IDisposable
{
    private readonly AsyncCallState _call;

    /// <summary>Wraps a started call.</summary>
    public AsyncServerStreamingCall(
        IAsyncStreamReader<TResponse> responseStream,
        Func<object, Task<Metadata>> responseHeadersAsync,
        Func<object, Status> getStatusFunc,
        Func<object, Metadata> getTrailersFunc,
        Action<object> disposeAction,
        object state)
    {
        ResponseStream = responseStream;
        _call = new AsyncCallState(responseHeadersAsync, getStatusFunc, getTrailersFunc, disposeAction, state);
    }

    /// <summary>The responses.</summary>
    public IAsyncStreamReader<TResponse> ResponseStream { get; }

    /// <summary>Headers of the response.</summary>
    public Task<Metadata> ResponseHeadersAsync => _call.ResponseHeadersAsync();

    /// <summary>Returns the status; throws while the call runs.</summary>
    public Status GetStatus() => _call.GetStatus();

    /// <summary>Returns the trailers; throws while the call runs.</summary>
    public Metadata GetTrailers() => _call.GetTrailers();

    /// <summary>Ends the call: cancels it if it still runs.</summary>
    public void Dispose() => _call.Dispose();
}
