// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Output.Profiles;

/// <summary>A moment in the life of a socket of which the stack is kept.</summary>
internal enum StackSlot
{
    /// <summary>connect or accept.</summary>
    Origin,
    LastRead,
    EofRead,
    FirstSend,
    Closer,

    /// <summary>The last attempt to accept from the listener it came through.</summary>
    ListenerAccept,
}
