// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Tracer.Stacks.Php;
using Tracer.Stacks.Runtimes;
using Tracer.Stacks.Tests.Runtimes;
using Tracer.Stacks.Threads;

namespace Tracer.Stacks.Tests.Php;

/// <summary>What a test has to know of a PHP process that the product need not.</summary>
internal static class PhpTarget
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>Waits until a process has PHP in it and is in a function, and names its frames.</summary>
    internal static List<CodeFrame> FramesIn(string function, Func<uint?> pid, out string name, out InterpreterLayout layout)
    {
        var named = new List<CodeFrame>();
        name = "";
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < Deadline; Thread.Yield())
        {
            if (pid() is not { } found || ScriptTarget.Open(found) is not { } process)
                continue;
            using (process)
            {
                named.Clear();
                if (new PhpDetector().Detect(process) is not { Layout: { } known } runtime)
                    continue;
                (name, layout) = (runtime.Name, known);
                bool isWhole = InterpreterWalk.Frames(process, layout, 0, out _).TrueForAll(frame => runtime.TryName(frame, named));
                if (isWhole && named.Count > 0 && named[0].Function == function)
                    return named;
            }
        }

        throw new InvalidOperationException($"never in {function}: {name}, {string.Join(" < ", named)}");
    }

    /// <summary>Waits until no script runs.</summary>
    internal static void UntilIdle(TargetProcess process, InterpreterLayout layout)
    {
        for (long start = Stopwatch.GetTimestamp(); InterpreterWalk.Frames(process, layout, 0, out _).Count > 0; Thread.Yield())
        {
            if (Stopwatch.GetElapsedTime(start) > Deadline)
                throw new InvalidOperationException("the script does not end");
        }
    }

    /// <summary>The frames of leak.php in its read.</summary>
    internal static CodeFrame[] LeakFrames(string path)
    {
        string source = TestData.Target("leak.php");
        return
        [
            new CodeFrame("fread", "", 0, FrameKind.Php),
            new CodeFrame("Repo::q", path, TestData.LineOf(source, "fread($socket"), FrameKind.Php),
            new CodeFrame("Repo::load", path, TestData.LineOf(source, "$this->q("), FrameKind.Php),
            new CodeFrame("controller", path, TestData.LineOf(source, "$repo->load("), FrameKind.Php),
            new CodeFrame("{main}", path, TestData.LineOf(source, "controller($repo,"), FrameKind.Php),
        ];
    }

    /// <summary>Reads the text that a pointer in the process leads to, as the kernel side does for a request.</summary>
    internal static string ReadText(uint pid, ulong pointerAddress)
    {
        using TargetProcess? process = ScriptTarget.Open(pid);
        return process is not null && process.TryRead(pointerAddress, out ulong text) ? process.ReadText(text, 128) : "";
    }
}
