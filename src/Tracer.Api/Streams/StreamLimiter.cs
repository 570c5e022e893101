// SPDX-License-Identifier: Apache-2.0
using Grpc.Core;

namespace Tracer.Api.Streams;

/// <summary>Keeps the number of open streams bounded.</summary>
internal sealed class StreamLimiter(int limit)
{
    private int _open;
    private long _refused;

    public BoundValue Bound =>
        new("streams", (ulong)Volatile.Read(ref _open), (ulong)limit, (ulong)Interlocked.Read(ref _refused));

    /// <summary>Dispose what is returned when the stream ends.</summary>
    public IDisposable Enter()
    {
        if (Interlocked.Increment(ref _open) <= limit)
            return new Lease(this);
        Interlocked.Decrement(ref _open);
        Interlocked.Increment(ref _refused);
        throw new RpcException(new Status(StatusCode.ResourceExhausted, $"{limit} streams are open already, which is the limit"));
    }

    private sealed class Lease(StreamLimiter limiter) : IDisposable
    {
        private int _isDisposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
                Interlocked.Decrement(ref limiter._open);
        }
    }
}
