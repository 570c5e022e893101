// SPDX-License-Identifier: Apache-2.0
using Tracer.Api;
using Tracer.Wire;

namespace Tracer.Tests.Capture;

/// <summary>One state change as far as filters can see it.</summary>
internal sealed record SeenChange(int NewState, ushort LocalPort, ushort RemotePort, uint Pid, uint Netns, byte Family, string Cgroup);

/// <summary>What an interest and a kernel filter mean, written down once more: the reference of <see cref="KernelFiltersTests"/>.</summary>
internal static class InterestMatcher
{
    /// <summary>Cgroups by path; what is not here is not known to the machine.</summary>
    public static readonly IReadOnlyDictionary<string, ulong> CgroupIds = new Dictionary<string, ulong>
    {
        ["/"] = 1,
        ["/a"] = 10,
        ["/a/b"] = 11,
        ["/c"] = 12,
        ["/d"] = 13,
    };

    public static ulong CgroupId(string path) => CgroupIds.GetValueOrDefault(path);

    public static bool Matches(TransitionInterest interest, SeenChange change) =>
        (interest.StateMask & (1u << change.NewState)) != 0
        && Lists(interest.LocalPorts, change.LocalPort)
        && Lists(interest.RemotePorts, change.RemotePort)
        && (Lists(interest.AnyPorts, change.LocalPort) || Lists(interest.AnyPorts, change.RemotePort))
        && Lists(interest.Pids, change.Pid)
        && Lists(interest.Netns, change.Netns)
        && Lists(interest.Families, change.Family)
        && (interest.Cgroups.Count == 0 || interest.Cgroups.Any(c => IsAtOrBelow(change.Cgroup, c)));

    /// <summary>The same as filter_matches() in bpf/filter.bpf.h.</summary>
    public static bool Matches(in TcpFilter filter, SeenChange change) =>
        (filter.StateMask & (1u << change.NewState)) != 0
        && (filter.LocalPort == 0 || filter.LocalPort == change.LocalPort)
        && (filter.RemotePort == 0 || filter.RemotePort == change.RemotePort)
        && (filter.AnyPort == 0 || filter.AnyPort == change.LocalPort || filter.AnyPort == change.RemotePort)
        && (filter.Pid == 0 || filter.Pid == change.Pid)
        && (filter.Netns == 0 || filter.Netns == change.Netns)
        && (filter.Family == 0 || filter.Family == change.Family)
        && (filter.CgroupId == 0 || AncestorIds(change.Cgroup).Contains(filter.CgroupId));

    public static bool Passes(IReadOnlyList<TcpFilter> filters, SeenChange change) => filters.Any(f => Matches(in f, change));

    private static bool Lists<T>(IReadOnlyList<T> list, T value) => list.Count == 0 || list.Contains(value);

    private static bool IsAtOrBelow(string path, string ancestor) =>
        ancestor == "/" || path == ancestor || path.StartsWith(ancestor + "/", StringComparison.Ordinal);

    private static IEnumerable<ulong> AncestorIds(string path) => CgroupIds.Where(c => IsAtOrBelow(path, c.Key)).Select(c => c.Value);
}
