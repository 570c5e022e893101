// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Python;

/// <summary>How a code object says which instruction is of which line.</summary>
internal enum PythonLineFormat
{
    /// <summary>co_lnotab, up to 3.9: pairs of byte and line steps.</summary>
    Steps,

    /// <summary>co_linetable of 3.10 (PEP 626): pairs of range length and line step, with ranges of no line.</summary>
    Ranges,

    /// <summary>co_linetable from 3.11 on (PEP 657): variable-length entries with columns.</summary>
    Locations,
}
