// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux.Procfs;

/// <summary>A descriptor that refers to a socket.</summary>
public readonly record struct SocketDescriptor(uint Fd, ulong Inode);
