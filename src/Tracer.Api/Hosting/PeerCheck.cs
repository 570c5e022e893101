// SPDX-License-Identifier: Apache-2.0
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Tracer.Api.Hosting;

/// <summary>
/// Judges each connection of the unix socket once, and answers every call on a refused one with PERMISSION_DENIED: closing it would
/// leave the user guessing.
/// </summary>
internal static class PeerCheck
{
    private const string PermissionDenied = "7"; // grpc-status

    public static void UsePeerCheck(this IConnectionBuilder connections, Func<PeerCredentials, string?> findObjection, Func<ILogger> logger) =>
        connections.Use(next => connection =>
        {
            PeerCredentials peer = PeerCredentials.Read(connection.Features.Get<IConnectionSocketFeature>()!.Socket);
            if (findObjection(peer) is { } objection)
            {
                Log.PeerRefused(logger(), objection);
                connection.Features.Set(new PeerObjection(objection));
            }
            return next(connection);
        });

    public static void UsePeerCheck(this IApplicationBuilder requests) => requests.Use(static (context, next) =>
    {
        if (context.Features.Get<PeerObjection>() is not { } objection)
            return next(context);
        context.Response.ContentType = "application/grpc";
        context.Response.Headers["grpc-status"] = PermissionDenied;
        context.Response.Headers["grpc-message"] = objection.Message;
        return Task.CompletedTask;
    });

    private sealed record PeerObjection(string Message);
}
