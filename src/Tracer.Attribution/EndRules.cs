// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution;

/// <summary>How a socket left CLOSE_WAIT, from the event of that moment alone.</summary>
internal static class EndRules
{
    // asm-generic/errno.h, asm-generic/errno-base.h
    private const byte Epipe = 32;
    private const byte Enetdown = 100;
    private const byte Enetunreach = 101;
    private const byte Econnaborted = 103;
    private const byte Econnreset = 104;
    private const byte Etimedout = 110;
    private const byte Econnrefused = 111;
    private const byte Ehostdown = 112;
    private const byte Ehostunreach = 113;

    private const byte ShutdownBoth = 3;

    internal readonly record struct Judgement(EndReason Reason, bool HasCloser, bool IsDescriptorLeftOpen);

    public static Judgement Judge(in TcpSocketEvent exit, bool knowsTasks)
    {
        EndReason reason = exit.Event.NewState switch
        {
            TcpState.LastAck => ByTask(in exit.Event),
            TcpState.Close => ByStateClose(in exit),
            _ => EndReason.Unknown,
        };
        if (reason == EndReason.Closed && !knowsTasks)
            reason = EndReason.Unknown; // or its process ended
        bool isTask = exit.Event.OwnerSource == TcpOwnerSource.Task && exit.Event.Owner.Pid != 0;
        bool isMadeByTask = reason is EndReason.Closed or EndReason.ProcessExit or EndReason.Destroyed or EndReason.ListenerClosed;
        return new Judgement(reason, isTask && isMadeByTask, IsLeftOpen(in exit, reason));
    }

    // The FIN set one bit. close() and shutdown() set the other before they change the state; tcp_done() (reset, timeout, destroy) and
    // tcp_disconnect() set it after.
    private static bool IsShutDown(in TcpEvent exit) => (exit.Shutdown & ShutdownBoth) == ShutdownBoth;

    private static EndReason ByTask(in TcpEvent exit) =>
        exit.OwnerSource == TcpOwnerSource.Task && exit.Flags.Has(TcpEventFlags.TaskExiting) ? EndReason.ProcessExit : EndReason.Closed;

    private static EndReason ByStateClose(in TcpSocketEvent exit)
    {
        bool isTask = exit.Event.OwnerSource == TcpOwnerSource.Task;
        // close() with unread data or SO_LINGER 0 goes straight to CLOSE, whatever error was still pending.
        if (isTask && IsShutDown(in exit.Event) && !exit.Record.Flags.Has(TcpRecordFlags.ResetReceived))
            return ByTask(in exit.Event);
        EndReason reason = ByError(in exit);
        if (reason != EndReason.None)
            return reason;
        if (TcpFacts.IsInAcceptQueue(in exit.Event))
            return EndReason.ListenerClosed;
        return isTask ? ByTask(in exit.Event) : EndReason.Unknown;
    }

    private static EndReason ByError(in TcpSocketEvent exit)
    {
        if (exit.Record.Flags.Has(TcpRecordFlags.ResetReceived))
            return EndReason.ResetByPeer;
        return exit.Event.SockError switch
        {
            0 => EndReason.None,
            Econnreset or Epipe or Econnrefused => EndReason.ResetByPeer,
            Etimedout or Ehostunreach or Enetunreach or Ehostdown or Enetdown => EndReason.TimedOut,
            Econnaborted => EndReason.Destroyed,
            _ => EndReason.Unknown,
        };
    }

    private static bool IsLeftOpen(in TcpSocketEvent exit, EndReason reason)
    {
        if ((exit.Event.Flags & (TcpEventFlags.NoSocket | TcpEventFlags.Orphan)) != 0)
            return false;
        if (reason is EndReason.ResetByPeer or EndReason.TimedOut or EndReason.Destroyed)
            return true;
        // A disconnecting connect() leaves the descriptor to its owner. So does shutdown(), but only the record can tell it from close().
        return !IsShutDown(in exit.Event) || exit.Record.Flags.Has(TcpRecordFlags.LeftOpen);
    }
}
