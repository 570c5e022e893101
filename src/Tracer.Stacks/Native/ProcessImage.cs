// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Files;
using Tracer.Linux.Procfs;

namespace Tracer.Stacks.Native;

/// <summary>The executable mappings of one process at one time, in address order.</summary>
internal sealed class ProcessImage(ProcessStat stat, MemoryMapping[] mappings, long readTimestamp)
{
    private readonly FileIdentity?[] _files = new FileIdentity?[mappings.Length];

    internal long ReadTimestamp => readTimestamp;

    internal int Count => mappings.Length;

    internal MemoryMapping this[int index] => mappings[index];

    /// <summary>The code and stack addresses are part of the identity: they change when the process executes another program.</summary>
    internal bool IsOf(in ProcessStat now) =>
        now.StartTicks == stat.StartTicks && now.StartCode == stat.StartCode && now.StartStack == stat.StartStack;

    /// <summary>Index of the mapping that holds an address, or -1.</summary>
    internal int Find(ulong address)
    {
        int low = 0;
        int high = mappings.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (mappings[middle].Contains(address))
                return middle;
            if (address < mappings[middle].Start)
                high = middle - 1;
            else
                low = middle + 1;
        }

        return -1;
    }

    /// <summary>Which file the mapping turned out to be of; null before it was opened.</summary>
    internal FileIdentity? FileOf(int index) => _files[index];

    internal void SetFile(int index, FileIdentity identity) => _files[index] = identity;
}
