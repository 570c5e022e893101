// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution;

namespace Tracer;

/// <summary>Names of processes and stacks, as they were learned.</summary>
public sealed class NameDirectory(ProcessDirectory processes, StackDirectory stacks) : INameSource
{
    public ProcessFacts? FindProcess(ProcessKey key) => processes.Find(key);

    public StackReport? FindStack(ulong stackId) => stacks.Find(stackId);
}
