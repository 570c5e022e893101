// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Wire;

/// <summary>What is remembered of one socket from process-context hooks.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct TcpRecord
{
    public ulong ListenerCookie;
    public ulong CloseWaitKtimeNs;
    public ulong IdleBeforeFinNs;
    public ulong LastSendKtimeNs;
    public ulong PathKey;
    public TcpActor Origin;
    public TcpActor Listener;
    public TcpActor LastRead;
    public TcpActor EofRead;
    public TcpActor FirstSend;
    public int LastReadResult;
    public TcpRecordFlags Flags;
    public TcpOrigin OriginKind;
    public uint CallKey;
}
