// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Xunit;

namespace Tracer.Kernel.Tests.Harness;

/// <summary>Expectations on an actor's user stack.</summary>
internal static class Stacks
{
    /// <summary>
    /// These functions of the target, in this order, innermost first. The caller of libc's wrapper is left out of
    /// expectations: the wrapper makes no frame, so a frame-pointer walk steps over it.
    /// </summary>
    public static void AssertCalledFrom(Actor actor, params string[] functions)
    {
        string[] seen = [.. actor.Stack.Select(frame => frame.Function).Where(functions.Contains)];
        Assert.True(
            functions.SequenceEqual(seen),
            $"expected {string.Join(" < ", functions)} in: {string.Join(" < ", actor.Stack.Select(frame => $"{frame.Function}+0x{frame.Offset:x} ({frame.Module})"))}");
        Assert.All(
            actor.Stack.Where(frame => functions.Contains(frame.Function)),
            frame => Assert.Equal(TargetPrograms.PathOf("target"), frame.Module));
    }
}
