// SPDX-License-Identifier: Apache-2.0
using Grpc.Core;
using Tracer.Output;

namespace Tracer.Client;

/// <summary>Turns a gRPC status into one line and an exit code.</summary>
internal static class RpcFailure
{
    /// <summary>For the first call: nothing is known yet of who listens.</summary>
    public static CommandException ExplainFirstCall(RpcException failure, DaemonAddress address)
    {
        if (!IsTransportFailure(failure))
            return Explain(failure, address);
        string reason = address.Tls is null ? "the server there does not speak gRPC" : $"no TLS connection: {Innermost(failure)}";
        return new CommandException(ExitCode.CannotConnect, $"{address}: {reason}");
    }

    public static CommandException Explain(RpcException failure, DaemonAddress address)
    {
        if (IsTransportFailure(failure))
            return new CommandException(ExitCode.CannotConnect, $"{address}: the connection broke: {Innermost(failure)}");
        string detail = OneLine(failure.Status.Detail);
        return failure.StatusCode switch
        {
            StatusCode.PermissionDenied or StatusCode.Unauthenticated =>
                new CommandException(ExitCode.NotPermitted, $"{address}: not permitted: {detail}"),
            StatusCode.InvalidArgument =>
                new CommandException(ExitCode.Usage, $"the daemon refused the request: {detail}"),
            StatusCode.DeadlineExceeded =>
                new CommandException(ExitCode.CannotConnect, $"{address}: the daemon does not answer"),
            StatusCode.Unimplemented =>
                new CommandException(ExitCode.CannotConnect, $"{address}: the server there does not offer closewait.v1"),
            StatusCode.Unavailable =>
                new CommandException(ExitCode.CannotConnect, $"{address}: the daemon is not available: {detail}"),
            _ => new CommandException(ExitCode.Failure, $"{address}: {failure.StatusCode}: {detail}"),
        };
    }

    // A status that the server sent carries no exception.
    private static bool IsTransportFailure(RpcException failure) =>
        failure is { Status.DebugException: not null, StatusCode: StatusCode.Unavailable or StatusCode.Internal or StatusCode.Unknown };

    private static string Innermost(RpcException failure) => OneLine(failure.Status.DebugException!.GetBaseException().Message);

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();
}
