// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Globalization;
using Tracer.Stacks.Python;

namespace Tracer.Stacks.Tests.Python;

/// <summary>What a test has to know of a Python process that the product need not.</summary>
internal static class PythonTarget
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>Opens a target that has just been started, as soon as there is an interpreter with a thread in it.</summary>
    internal static TargetProcess Open(ScriptTarget target, out PythonRuntime runtime)
    {
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < Deadline; Thread.Yield())
        {
            if (ScriptTarget.Open(target.Pid) is not { } process)
                continue;
            if (new PythonDetector().Detect(process) is PythonRuntime found && (found.Layout is not null || found.Limitation.Length > 0))
            {
                runtime = found;
                return process;
            }

            process.Dispose();
        }

        throw new InvalidOperationException("no interpreter was found");
    }

    /// <summary>Where the pointer to the newest thread state is.</summary>
    internal static ulong ThreadList(TargetProcess process, PythonRuntime runtime) =>
        PythonThreads.TryFindList(process, runtime.Address, runtime.Offsets!, out ulong head)
            ? head
            : throw new InvalidOperationException("no list of threads");

    /// <summary>The thread pointer of the oldest thread, which is the main one.</summary>
    internal static ulong MainThread(TargetProcess process, PythonRuntime runtime)
    {
        ulong pointer = 0;
        process.TryRead(ThreadList(process, runtime), out ulong thread);
        while (thread != 0 && process.TryRead(thread + (ulong)runtime.Offsets!.ThreadId, out pointer))
            process.TryRead(thread + (ulong)runtime.Offsets.ThreadNext, out thread);
        return pointer;
    }

    internal static int MinorOf(string interpreter) => int.Parse(
        TargetProgram.Run(interpreter, "-c", "import sys; print(sys.version_info.minor)"), CultureInfo.InvariantCulture);
}
