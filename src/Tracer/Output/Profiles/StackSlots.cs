// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;

namespace Tracer.Output.Profiles;

/// <summary>Names of the slots, and where a record has them.</summary>
internal static class StackSlots
{
    public static string NameOf(StackSlot slot) => slot switch
    {
        StackSlot.LastRead => "last-read",
        StackSlot.EofRead => "eof-read",
        StackSlot.FirstSend => "first-send",
        StackSlot.Closer => "closer",
        StackSlot.ListenerAccept => "listener-accept",
        _ => "origin",
    };

    /// <summary>Null: nobody was seen.</summary>
    public static Actor? ActorOf(SocketRecord socket, StackSlot slot)
    {
        Actor? actor = slot switch
        {
            StackSlot.LastRead => socket.LastRead,
            StackSlot.EofRead => socket.EofRead,
            StackSlot.FirstSend => socket.FirstSend,
            StackSlot.Closer => socket.Closer,
            StackSlot.ListenerAccept => socket.Listener?.LastAccept,
            _ => socket.Origin,
        };
        return actor is { Pid: not 0 } ? actor : null;
    }
}
