// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution;
using Tracer.Stacks;

namespace Tracer;

/// <summary>Frames as the symbolizer names them, in the terms of the API.</summary>
internal static class NamedFrames
{
    public static StackFrame Convert(ResolvedFrame frame) => new(
        frame.Function, frame.Module, frame.Offset, frame.Address, frame.BuildId, frame.File, frame.Line, (CodeKind)frame.Kind, frame.IsInlined);
}
