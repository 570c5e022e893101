// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>Outcome of a call: a code, a text for people, and on the client side the exception behind it.</summary>
public readonly struct Status
{
    /// <summary>Success without a text.</summary>
    public static readonly Status DefaultSuccess = new(StatusCode.OK, "");

    /// <summary>Cancellation without a text.</summary>
    public static readonly Status DefaultCancelled = new(StatusCode.Cancelled, "");

    /// <summary>Creates a status without an exception.</summary>
    public Status(StatusCode statusCode, string detail)
        : this(statusCode, detail, null)
    {
    }

    /// <summary>Creates a status. The exception stays in this process: it is never sent.</summary>
    public Status(StatusCode statusCode, string detail, Exception? debugException)
    {
        StatusCode = statusCode;
        Detail = detail;
        DebugException = debugException;
    }

    /// <summary>Code of the outcome.</summary>
    public StatusCode StatusCode { get; }

    /// <summary>Text for people (<c>grpc-message</c>).</summary>
    public string Detail { get; }

    /// <summary>Exception behind the status, for diagnosis only.</summary>
    public Exception? DebugException { get; }

    /// <summary>Describes the status for logs.</summary>
    public override string ToString()
    {
        string exception = DebugException is null ? "" : $", DebugException=\"{DebugException.GetType()}: {DebugException.Message}\"";
        return $"Status(StatusCode=\"{StatusCode}\", Detail=\"{Detail}\"{exception})";
    }
}
