// SPDX-License-Identifier: Apache-2.0
using Grpc.Core;
using Tracer.Output;

namespace Tracer.Client;

/// <summary>Turns a gRPC status into one line and an exit code.</summary>
internal static class RpcFailure
{
    public static CommandException Explain(RpcException failure, DaemonAddress address)
    {
        string detail = failure.Status.Detail.ReplaceLineEndings(" ");
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
            StatusCode.Unavailable or StatusCode.Internal =>
                new CommandException(ExitCode.CannotConnect, $"{address}: no daemon to talk to: {detail}"),
            _ => new CommandException(ExitCode.Failure, $"{address}: {failure.StatusCode}: {detail}"),
        };
    }
}
