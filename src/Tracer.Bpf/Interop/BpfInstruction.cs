// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Bpf.Interop;

/// <summary>struct bpf_insn, linux/bpf.h: opcode, source and destination register, offset, immediate.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct BpfInstruction(byte code, int destination, int source, short offset, int immediate)
{
    private const int SourceIsFunction = 4; // BPF_PSEUDO_FUNC

    internal readonly byte Code = code;

    // Two four-bit fields, the destination in the low bits on little-endian machines, the only ones this program supports.
    internal readonly byte Registers = (byte)(source << 4 | destination);
    internal readonly short Offset = offset;
    internal readonly int Immediate = immediate;

    internal static BpfInstruction Move(int destination, int immediate) => new(0xb7, destination, 0, 0, immediate);

    internal static BpfInstruction MoveRegister(int destination, int source) => new(0xbf, destination, source, 0, 0);

    internal static BpfInstruction Add(int destination, int immediate) => new(0x07, destination, 0, 0, immediate);

    /// <summary>destination = *(u64 *)(source + offset)</summary>
    internal static BpfInstruction Load(int destination, int source, short offset) => new(0x79, destination, source, offset, 0);

    /// <summary>*(u64 *)(destination + offset) = 0</summary>
    internal static BpfInstruction StoreZero(int destination, short offset) => new(0x7a, destination, 0, offset, 0);

    internal static BpfInstruction Call(int helper) => new(0x85, 0, 0, 0, helper);

    internal static BpfInstruction Exit() => new(0x95, 0, 0, 0, 0);

    /// <summary>First half of the 16-byte load of a callback, relative to the next instruction; <see cref="SecondHalf"/> must follow.</summary>
    internal static BpfInstruction LoadFunction(int destination, int relative) => new(0x18, destination, SourceIsFunction, 0, relative);

    internal static BpfInstruction SecondHalf() => new(0, 0, 0, 0, 0);
}
