// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux.Procfs;

/// <summary>A process, told from others that have or had its pid. The start is that of procfs, rounded down to 10 ms: all readers agree on it.</summary>
public readonly record struct ProcessIdentity(uint Pid, ulong StartBoottimeNs);
