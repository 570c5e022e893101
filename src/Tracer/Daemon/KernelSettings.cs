// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Api;
using Tracer.Capture;
using Tracer.Output;

namespace Tracer.Daemon;

/// <summary>The daemon's options, in the terms of the kernel side.</summary>
internal static class KernelSettings
{
    // An empty table takes 16 bytes for each, a record 512 when its socket comes: a thousandth and a hundredth of memory at the most.
    private const long MemoryPerRecord = 64 << 10;
    private const long LeastRecords = 262_144;
    private const long MostRecords = 4 << 20;

    public static CaptureOptions Of(DaemonOptions options, uint tickNs, Func<string, ulong> cgroupId) => new()
    {
        TickNs = tickNs,
        RingBytes = (uint)options.RingSizeMiB << 20,
        MaxRecords = (uint)Math.Max(options.MaxSockets, Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / MemoryPerRecord, LeastRecords, MostRecords)),
        StackBudget = (uint)options.StacksPerSecond,
        UnwindRows = (uint)options.UnwindRows,
        Scope = options.Scope is { } scope ? ScopeOf(scope, cgroupId) : [],
        BtfPath = options.BtfPath,
    };

    private static IReadOnlyList<Wire.TcpFilter> ScopeOf(SocketFilter scope, Func<string, ulong> cgroupId)
    {
        foreach (string path in scope.Cgroups.Where(path => cgroupId(path) == 0))
            throw new StartException($"--cgroup {path}: there is no such cgroup", ExitCode.Usage);
        var interest = new TransitionInterest(
            TransitionInterest.AllStates,
            [.. scope.Pids],
            [.. scope.LocalPorts.Select(p => (ushort)p)],
            [.. scope.RemotePorts.Select(p => (ushort)p)],
            [.. scope.Ports.Select(p => (ushort)p)],
            [.. scope.Netns],
            [.. scope.Families.Select(AddressFamily)],
            [.. scope.Cgroups]);
        if (!KernelFilters.Fits(interest))
            throw new StartException($"the filters of run have more than {KernelFilters.Slots} combinations: name fewer values", ExitCode.Usage);
        return KernelFilters.Compile([interest], cgroupId);
    }

    /// <summary>AF_INET or AF_INET6, linux/socket.h.</summary>
    private static byte AddressFamily(SocketFilter.Types.Family family) => family == SocketFilter.Types.Family.Ipv4 ? (byte)2 : (byte)10;
}
