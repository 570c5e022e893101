// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Tracer.Stacks.Runtimes;
using Tracer.Stacks.Threads;

namespace Tracer.Stacks.Tests.Runtimes;

/// <summary>Waits for a thread of a target to block where a test wants it.</summary>
internal static class BlockedThread
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Walks and names until the innermost frame is a function, and at the line where it blocks, because the target may not have come to it yet.
    /// </summary>
    internal static List<CodeFrame> UntilIn(string function, TargetProcess process, ILanguageRuntime runtime, ulong threadPointer, uint line = 0)
    {
        var named = new List<CodeFrame>();
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < Deadline;)
        {
            named.Clear();
            bool isWhole = true;
            if (runtime.Layout is { } layout)
            {
                foreach (InterpreterFrame frame in InterpreterWalk.Frames(process, layout, threadPointer, out _))
                    isWhole &= runtime.TryName(frame, named);
            }

            if (isWhole && named.Count > 0 && named[0].Function == function && (line == 0 || named[0].Line == line))
                return named;
            Thread.Yield();
        }

        throw new InvalidOperationException($"never in {function}:{line}: {string.Join(" < ", named)}");
    }
}
