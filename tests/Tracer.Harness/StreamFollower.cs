// SPDX-License-Identifier: Apache-2.0
using Grpc.Core;

namespace Tracer.Harness;

/// <summary>Reads a stream of the daemon message by message, until it ends or this is disposed.</summary>
public sealed class StreamFollower<T>(AsyncServerStreamingCall<T> call, Func<T, Task> take) : IAsyncDisposable
{
    public StreamFollower(AsyncServerStreamingCall<T> call, Action<T> take)
        : this(call, message =>
        {
            take(message);
            return Task.CompletedTask;
        })
    {
    }

    /// <summary>Ends with the stream; the error that it ended with is its own.</summary>
    public Task Reading { get; } = Read(call, take);

    public void ThrowIfFaulted()
    {
        if (Reading.IsFaulted)
            throw new InvalidOperationException("the stream ended", Reading.Exception);
    }

    public async ValueTask DisposeAsync()
    {
        call.Dispose();
        try
        {
            await Reading;
        }
        catch (Exception e) when (e is ObjectDisposedException or RpcException { StatusCode: StatusCode.Cancelled or StatusCode.Unavailable })
        {
            // The end of the stream is what disposing asks for.
        }
    }

    private static async Task Read(AsyncServerStreamingCall<T> call, Func<T, Task> take)
    {
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
            await take(call.ResponseStream.Current);
    }
}
