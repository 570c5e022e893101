// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux.Procfs;

/// <summary>Fills the whole buffer from an address of some process; false when that cannot be done.</summary>
public delegate bool MemoryRead(ulong address, Span<byte> buffer);
