// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Unwind;

/// <summary>How compiling the unwind table of a file ended.</summary>
public enum UnwindTableStatus
{
    Ok,

    /// <summary>Not x86-64: its rules are about other registers.</summary>
    UnsupportedMachine,

    /// <summary>The file has no .eh_frame: Go programs, stripped-down libraries, files with debug information only.</summary>
    NoFrameInformation,

    /// <summary>There is an .eh_frame, but it lies outside the file or describes no code of it.</summary>
    Malformed,

    /// <summary>Beyond a bound of the compiler, or of the 32-bit offsets in a row.</summary>
    TooLarge,
    ReadFailed,
}
