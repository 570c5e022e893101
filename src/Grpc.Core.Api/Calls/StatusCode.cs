// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>Outcome of a call, numbered as on the wire (<c>grpc-status</c>).</summary>
public enum StatusCode
{
    /// <summary>Success.</summary>
    OK = 0,

    /// <summary>Cancelled, usually by the caller.</summary>
    Cancelled = 1,

    /// <summary>Unknown error, such as an exception in the service.</summary>
    Unknown = 2,

    /// <summary>The request is wrong in any state of the system.</summary>
    InvalidArgument = 3,

    /// <summary>The deadline passed before the call completed.</summary>
    DeadlineExceeded = 4,

    /// <summary>A requested entity does not exist.</summary>
    NotFound = 5,

    /// <summary>The entity to create exists already.</summary>
    AlreadyExists = 6,

    /// <summary>The caller is known and not permitted.</summary>
    PermissionDenied = 7,

    /// <summary>A quota or a bound is used up.</summary>
    ResourceExhausted = 8,

    /// <summary>The system is not in the state the call needs.</summary>
    FailedPrecondition = 9,

    /// <summary>Aborted, typically by a concurrent change.</summary>
    Aborted = 10,

    /// <summary>Past the valid range, such as a read past the end.</summary>
    OutOfRange = 11,

    /// <summary>The method is not implemented by this server.</summary>
    Unimplemented = 12,

    /// <summary>An invariant of the server or the protocol is broken.</summary>
    Internal = 13,

    /// <summary>The server cannot be reached now; trying again may help.</summary>
    Unavailable = 14,

    /// <summary>Data is lost or corrupt.</summary>
    DataLoss = 15,

    /// <summary>The caller has no valid credentials.</summary>
    Unauthenticated = 16,
}
