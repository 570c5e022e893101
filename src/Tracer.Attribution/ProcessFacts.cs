// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution;

/// <summary>What the process table told of one process; empty strings mean not known.</summary>
public sealed record ProcessFacts(
    ProcessKey Key,
    string Comm,
    string Exe,
    string Cmdline,
    uint Uid,
    bool HasUid,
    string Cgroup,
    string Unit,
    string ContainerId,
    uint NamespacePid)
{
    /// <summary>
    /// The service it belongs to: its topmost ancestor that runs the same executable, or itself. Its start time is that of procfs, rounded down to
    /// 10 ms, so that all members name it alike: a name for the group, not a key to look up.
    /// </summary>
    public ProcessKey Group { get; init; } = Key;
}
