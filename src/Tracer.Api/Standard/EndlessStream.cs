// SPDX-License-Identifier: Apache-2.0
using Grpc.Core;
using Microsoft.Extensions.Hosting;

namespace Tracer.Api.Standard;

/// <summary>Runs a stream that has no end of its own: it ends with its client or with the server.</summary>
internal static class EndlessStream
{
    public static async Task RunAsync(ServerCallContext context, IHostApplicationLifetime lifetime, Func<CancellationToken, Task> serve)
    {
        // Kestrel waits for open calls when it stops, so without the second token one idle client would delay the end.
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            await serve(ended.Token);
        }
        catch (Exception end) when (end is OperationCanceledException or IOException)
        {
            // Reading from a client that has left throws either of the two, by chance. As a status it is no error in the log.
            throw new RpcException(lifetime.ApplicationStopping.IsCancellationRequested
                ? new Status(StatusCode.Unavailable, "The server is stopping.")
                : Status.DefaultCancelled);
        }
    }
}
