// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Api;
using Tracer.Wire;

namespace Tracer.Capture;

/// <summary>
/// Compiles what watchers ask for into the few filter slots of the kernel. The result lets through at least what was asked
/// for: lists that do not fit are widened, and the exact filter runs in user space.
/// </summary>
public static class KernelFilters
{
    public const int Slots = WireFormat.FilterSlots;
    private static readonly TcpFilter s_everything = new() { StateMask = TransitionInterest.AllStates };

    /// <param name="cgroupId">Id of a cgroup v2 path; 0: not known, then every cgroup passes.</param>
    public static IReadOnlyList<TcpFilter> Compile(IReadOnlyList<TransitionInterest> interests, Func<string, ulong> cgroupId)
    {
        if (interests.Any(TakesEverything))
            return [s_everything];
        if (interests.Count > Slots)
            return [new TcpFilter { StateMask = interests.Aggregate(0u, (mask, i) => mask | i.StateMask) }];
        int share = interests.Count == 0 ? Slots : Slots / interests.Count;
        return [.. interests.SelectMany(i => Expand(i, share, cgroupId))];
    }

    /// <summary>True if the lists of this interest fit the slots, so that <see cref="Compile"/> widens nothing.</summary>
    public static bool Fits(TransitionInterest interest)
    {
        long combinations = 1;
        foreach (int count in (ReadOnlySpan<int>)[interest.Pids.Count, interest.LocalPorts.Count, interest.RemotePorts.Count, interest.AnyPorts.Count,
            interest.Netns.Count, interest.Families.Count, interest.Cgroups.Count])
            combinations *= Math.Max(1, count);
        return combinations <= Slots;
    }

    /// <summary>True if the filter lets every change pass.</summary>
    public static bool IsEverything(in TcpFilter filter) =>
        MemoryMarshal.AsBytes(new ReadOnlySpan<TcpFilter>(in filter)).SequenceEqual(MemoryMarshal.AsBytes(new ReadOnlySpan<TcpFilter>(in s_everything)));

    private static bool TakesEverything(TransitionInterest interest) =>
        interest.StateMask == TransitionInterest.AllStates
        && interest.Pids.Count + interest.LocalPorts.Count + interest.RemotePorts.Count + interest.AnyPorts.Count
        + interest.Netns.Count + interest.Families.Count + interest.Cgroups.Count == 0;

    private static IEnumerable<TcpFilter> Expand(TransitionInterest interest, int slots, Func<string, ulong> cgroupId)
    {
        IReadOnlyList<TcpFilter> filters = [new TcpFilter { StateMask = interest.StateMask }];
        filters = Multiply(filters, interest.LocalPorts, slots, (ref TcpFilter f, ushort v) => f.LocalPort = v);
        filters = Multiply(filters, interest.RemotePorts, slots, (ref TcpFilter f, ushort v) => f.RemotePort = v);
        filters = Multiply(filters, interest.AnyPorts, slots, (ref TcpFilter f, ushort v) => f.AnyPort = v);
        filters = Multiply(filters, interest.Pids, slots, (ref TcpFilter f, uint v) => f.Pid = v);
        filters = Multiply(filters, interest.Netns, slots, (ref TcpFilter f, uint v) => f.Netns = v);
        filters = Multiply(filters, interest.Families, slots, (ref TcpFilter f, byte v) => f.Family = v);
        return Multiply(filters, [.. interest.Cgroups.Select(cgroupId)], slots, (ref TcpFilter f, ulong v) => f.CgroupId = v);
    }

    private delegate void FieldSetter<T>(ref TcpFilter filter, T value);

    /// <summary>One filter per combination; unchanged (wider) when there is nothing to add or no room for it.</summary>
    private static IReadOnlyList<TcpFilter> Multiply<T>(IReadOnlyList<TcpFilter> filters, IReadOnlyList<T> values, int slots, FieldSetter<T> set)
    {
        if (values.Count == 0 || filters.Count * values.Count > slots)
            return filters;
        var product = new List<TcpFilter>(filters.Count * values.Count);
        foreach (TcpFilter filter in filters)
        {
            foreach (T value in values)
            {
                TcpFilter narrowed = filter;
                set(ref narrowed, value);
                product.Add(narrowed);
            }
        }
        return product;
    }
}
