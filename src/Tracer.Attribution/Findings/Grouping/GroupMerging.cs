// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution.Findings.Grouping;

/// <summary>Brings together groups that differ only in how much is known of them yet.</summary>
internal static class GroupMerging
{
    /// <summary>Sockets whose stack is not known go with those of the one line of code that they can come from, else with those of which as little is known.</summary>
    public static List<SocketGroup> Merge(IReadOnlyDictionary<GroupKey, SocketGroup> groups)
    {
        Dictionary<GroupKey, SocketGroup> merged = groups.Where(group => !group.Key.LacksStack).ToDictionary();
        ILookup<(ProcessKey, Verdict, string), SocketGroup> byFallback = merged.Values
            .Where(group => group.Origin.HasLine)
            .ToLookup(group => (group.Owner, group.Verdict, group.Origin.Fallback));
        foreach ((GroupKey key, SocketGroup group) in groups.Where(group => group.Key.LacksStack))
        {
            SocketGroup[] lines = [.. byFallback[(key.Owner, key.Verdict, group.Origin.Fallback)]];
            GroupKey known = key with { LacksStack = false };
            if (lines.Length == 1)
                lines[0].Add(group);
            else if (merged.TryGetValue(known, out SocketGroup? other))
                other.Add(group);
            else
                merged.Add(known, group);
        }
        return [.. merged.Values];
    }
}
