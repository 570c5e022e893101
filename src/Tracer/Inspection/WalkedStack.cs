// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Procfs;
using Tracer.Stacks.Threads;

namespace Tracer.Inspection;

/// <summary>A stack that was walked, what the thread did then, and whether it stood still meanwhile: if so, both are of one moment.</summary>
internal readonly record struct WalkedStack(ThreadStack Stack, ThreadStatus Status, bool StoodStill);
