// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.DotNet;

/// <summary>What a file turned out to be; the better the higher.</summary>
internal enum DumpState
{
    /// <summary>No jit dump.</summary>
    None,

    /// <summary>
    /// The last record is not whole. The runtime ends its dump so when the memory it wants to copy into it cannot be read (seen with stubs on 10.0).
    /// </summary>
    CutOff,
    Complete,
}
