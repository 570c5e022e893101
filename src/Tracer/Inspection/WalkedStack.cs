// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.Threads;

namespace Tracer.Inspection;

/// <summary>A stack that was walked, and whether its thread stood still meanwhile.</summary>
internal readonly record struct WalkedStack(ThreadStack Stack, bool StoodStill);
