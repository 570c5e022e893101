// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>A call that ended with another status than <see cref="StatusCode.OK"/>.</summary>
public sealed class RpcException : Exception
{
    /// <summary>Creates an exception without trailers.</summary>
    public RpcException(Status status)
        : this(status, Metadata.Empty)
    {
    }

    /// <summary>Creates an exception; on a server the trailers are sent with the status.</summary>
    public RpcException(Status status, Metadata trailers)
        : base(status.ToString(), status.DebugException)
    {
        ArgumentNullException.ThrowIfNull(trailers);
        Status = status;
        Trailers = trailers;
    }

    /// <summary>Outcome of the call.</summary>
    public Status Status { get; }

    /// <summary>Code of the outcome.</summary>
    public StatusCode StatusCode => Status.StatusCode;

    /// <summary>Metadata sent after the last message.</summary>
    public Metadata Trailers { get; }
}
