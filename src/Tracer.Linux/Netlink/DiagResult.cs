// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux.Netlink;

/// <summary>How a socket dump ended, and errno when it failed.</summary>
public readonly record struct DiagResult(DiagStatus Status, int Errno = 0);
