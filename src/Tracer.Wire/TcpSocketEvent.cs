// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Wire;

/// <summary>A socket in or out of CLOSE_WAIT with everything remembered of it.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct TcpSocketEvent
{
    public TcpEvent Event;
    public ulong SinceSegmentNs;
    public ulong SinceDataReceivedNs;
    public ulong SinceDataSentNs;
    public TcpRecord Record;
}
