// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution;

/// <summary>Identity of a socket: its cookie and the inode of its network namespace.</summary>
public readonly record struct SocketKey(ulong Cookie, uint Netns);
