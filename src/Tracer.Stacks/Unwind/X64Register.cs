// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Unwind;

/// <summary>Numbers of registers in DWARF, from the System V ABI for x86-64 (figure 3.36).</summary>
internal static class X64Register
{
    internal const int FramePointer = 6;
    internal const int StackPointer = 7;
    internal const int ReturnAddress = 16;
}
