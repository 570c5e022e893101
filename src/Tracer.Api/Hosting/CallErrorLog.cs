// SPDX-License-Identifier: Apache-2.0
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging;

namespace Tracer.Api.Hosting;

/// <summary>
/// Logs what a service did not expect. The server's own log of that is off: it also tells of every malformed request, with a stack
/// trace, and any client could fill the journal with it.
/// </summary>
internal sealed class CallErrorLog(ILoggerFactory loggers) : Interceptor
{
    private readonly ILogger _logger = loggers.CreateLogger(Log.Category);

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception exception) when (HasLogged(exception, context))
        {
            throw;
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception exception) when (HasLogged(exception, context))
        {
            throw;
        }
    }

    // Always false: the log is written where the exception passes, and nothing is caught.
    private bool HasLogged(Exception exception, ServerCallContext context)
    {
        if (exception is not RpcException && !context.CancellationToken.IsCancellationRequested)
            Log.CallFailed(_logger, context.Method, exception);
        return false;
    }
}
