// SPDX-License-Identifier: Apache-2.0
using Grpc.Core;
using Microsoft.Extensions.Hosting;

namespace Tracer.Api.Streams;

/// <summary>Runs calls that may last, within the limit, until the client or the daemon ends them.</summary>
internal sealed class CallRunner(StreamLimiter limiter, IHostApplicationLifetime lifetime)
{
    // A client that goes away ends its stream quietly: that is how streams end.
    public async Task RunAsync(ServerCallContext context, Func<CancellationToken, Task> run)
    {
        using IDisposable lease = limiter.Enter();
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(
            context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            await run(ending.Token);
        }
        catch (Exception exception) when (
            ending.IsCancellationRequested && exception is OperationCanceledException or IOException or InvalidOperationException)
        {
            if (!context.CancellationToken.IsCancellationRequested)
                throw new RpcException(new Status(StatusCode.Unavailable, "the daemon is stopping"));
        }
    }
}
