// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution;

/// <summary>Names for what the records hold as numbers. Answers come from a cache, on any thread, and may be "not known".</summary>
public interface INameSource
{
    /// <summary>Null: not known, or gone before it could be read.</summary>
    ProcessFacts? FindProcess(ProcessKey key);

    /// <summary>Null: no such stack, or no longer kept.</summary>
    StackReport? FindStack(ulong stackId);
}
