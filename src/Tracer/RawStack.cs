// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer;

/// <summary>A stack as the kernel sent it: addresses without names.</summary>
public sealed record RawStack(TcpStackHeader Header, ulong[] Frames, TcpInterpreterFrame[] Interpreter);
