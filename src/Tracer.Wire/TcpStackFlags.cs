// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Wire;

/// <summary>How a stack was walked (enum tcp_stack_flag).</summary>
[Flags]
public enum TcpStackFlags : ushort
{
    None = 0,
    FpOnly = 1 << 0,
    NewProcess = 1 << 1,
    InterpreterCut = 1 << 2,
}
