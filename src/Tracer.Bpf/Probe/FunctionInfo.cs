// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Bpf.Probe;

/// <summary>struct bpf_func_info, linux/bpf.h: the BTF type of the function that begins at an instruction.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct FunctionInfo(uint instruction, uint type)
{
    internal readonly uint Instruction = instruction;
    internal readonly uint Type = type;
}
