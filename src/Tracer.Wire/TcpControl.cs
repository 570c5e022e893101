// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Wire;

/// <summary>Written by user space through the mapped data section, read by every hook.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct TcpControl
{
    public uint DoorbellArmed;
    public uint WatchFilters;
    public uint SnapshotStates;
    public uint Reserved;
    public TcpFilterSlots Watch;
    public TcpFilterSlots Scope;
}
