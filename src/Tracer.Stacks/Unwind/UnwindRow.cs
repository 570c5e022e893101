// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Stacks.Unwind;

/// <summary>
/// One rule of a table in address order (struct tcp_unwind_row): it holds from its offset to the next row's. The return address is always at
/// CFA - 8 (x86-64).
/// </summary>
/// <param name="Offset">Bytes into the file (not the linked address), or into generated code from its base.</param>
/// <param name="Kind">How to find the CFA.</param>
/// <param name="SavedFramePointer">The caller's frame pointer is at CFA - 8 * this; 0: still in the register.</param>
/// <param name="CfaOffset">Added to the register, in units of 8 bytes. JavaInterpreter: offset of the bytecode pointer from the frame pointer, same unit.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct UnwindRow(uint Offset, UnwindRowKind Kind, byte SavedFramePointer, short CfaOffset);
