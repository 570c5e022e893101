// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Api;

/// <summary>How a request for a thread dump ended; numbered as in the API.</summary>
public enum ThreadDumpStatus
{
    Unspecified,
    Ok,
    NoProcess,
    NoJava,
    NotListening,
    Disabled,
    SignalNotCaught,
    NotPermitted,
    Refused,
    TimedOut,
    Failed,
}
