// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Wire;

/// <summary>How a stack was walked (enum tcp_stack_flag).</summary>
[Flags]
public enum TcpStackFlags : uint
{
    None = 0,
    FpOnly = 1 << 0,
    Truncated = 1 << 1,
}
