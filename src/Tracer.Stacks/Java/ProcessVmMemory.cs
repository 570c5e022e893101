// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Java;

/// <summary>The memory of a running process, which is borrowed.</summary>
internal sealed class ProcessVmMemory(TargetProcess process) : VmMemory
{
    internal override int ReadSome(ulong address, Span<byte> buffer) => process.ReadSome(address, buffer);
}
