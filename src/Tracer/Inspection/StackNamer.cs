// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution;
using Tracer.Stacks;
using Tracer.Stacks.Merging;
using Tracer.Stacks.Threads;
using Tracer.Wire;

namespace Tracer.Inspection;

/// <summary>Gives the walked stacks of a process their names.</summary>
internal sealed class StackNamer(Symbolizer symbolizer, uint pid, ulong startBoottimeNs)
{
    /// <summary>The same thread with its stack.</summary>
    public ThreadFacts Name(ThreadFacts thread, in WalkedStack walked)
    {
        ThreadStack stack = walked.Stack;
        bool isComplete = stack.End == WalkEnd.Complete;
        MergedStack named = symbolizer.Resolve(new UserStack(pid, startBoottimeNs, stack.Addresses, stack.Interpreter, isComplete));
        return thread with
        {
            Frames = [.. named.Frames.Select(NamedFrames.Convert)],
            UserFrame = named.UserFrame,
            End = (TcpStackEnd)stack.End,
            Limitation = StackLimits.OfStack(walked, named),
        };
    }
}
