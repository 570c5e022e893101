// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Kernel.Tests.Harness;

/// <summary>A descriptor of a target: number, local port and socket cookie.</summary>
internal readonly record struct TargetSocket(int Fd, int Port, ulong Cookie);
