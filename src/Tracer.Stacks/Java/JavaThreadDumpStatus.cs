// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Java;

/// <summary>How the request for a thread dump ended.</summary>
public enum JavaThreadDumpStatus
{
    Ok,

    /// <summary>No HotSpot in the process, or the process is gone.</summary>
    NoJava,

    /// <summary>The machine does not listen yet, and to make it listen was not allowed.</summary>
    NotListening,

    /// <summary>The machine was told not to be attached to (-XX:+DisableAttachMechanism), or does not say whether.</summary>
    Disabled,

    /// <summary>The machine does not catch the signal that makes it listen (-Xrs): it would die of it, so nothing was sent.</summary>
    SignalNotCaught,

    /// <summary>Its files or the process itself may not be accessed, or belong to somebody else.</summary>
    NotPermitted,

    /// <summary>The machine closed the connection without an answer: it does not accept our user (before 9 it must be its own).</summary>
    Refused,

    /// <summary>The machine did not answer in time.</summary>
    TimedOut,

    /// <summary>The machine answered with an error or with something else.</summary>
    Failed,
}
