// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Merging;

/// <summary>Puts the frames of an interpreter where its C loop is on the native stack.</summary>
public static class StackMerger
{
    /// <param name="native">Named native frames, innermost first; empty when the walk failed.</param>
    /// <param name="interpreter">
    /// What the interpreter's own list gave, newest first: for each of its frames the code it runs (inlined code first), or nothing when that could
    /// not be named.
    /// </param>
    /// <param name="kind">Language of the interpreter.</param>
    /// <param name="isNativeComplete">The native walk reached the outermost frame.</param>
    /// <param name="rules">Which frame is the line to show.</param>
    public static MergedStack Merge(
        IReadOnlyList<ResolvedFrame> native, IReadOnlyList<IReadOnlyList<CodeFrame>> interpreter, FrameKind kind, bool isNativeComplete, UserFrameRules rules)
    {
        var merged = new List<ResolvedFrame>(native.Count + interpreter.Count);
        if (interpreter.Count == 0)
            merged.AddRange(native.Select(frame => IsLoop(frame, kind) ? AsStub(frame) : frame));
        else
            new Weaver(native, interpreter, kind, isNativeComplete, merged).Run();
        return new MergedStack(merged, rules.FindUserFrame(merged));
    }

    private static bool IsLoop(in ResolvedFrame frame, FrameKind kind) => InterpreterLoops.Find([frame], kind).Count > 0;

    private static ResolvedFrame AsStub(in ResolvedFrame frame) => frame with { Kind = FrameKind.Stub };

    private readonly struct Weaver(
        IReadOnlyList<ResolvedFrame> native, IReadOnlyList<IReadOnlyList<CodeFrame>> interpreter, FrameKind kind, bool isNativeComplete,
        List<ResolvedFrame> merged)
    {
        public void Run()
        {
            List<LoopSpan> loops = InterpreterLoops.Find(native, kind);
            if (loops.Count == 0)
                MergeWithoutLoop();
            else if (kind == FrameKind.Java || loops.Count == interpreter.Count)
                MergePairs(loops);
            else
                MergeShares(loops, InterpreterShares.Divide(interpreter, kind, loops.Count));
        }

        // The loop has no name, or the walk did not come so far: then all that was found is inside of it.
        private void MergeWithoutLoop()
        {
            int inner = isNativeComplete ? LeadingSystemFrames() : native.Count;
            AddNative(0, inner);
            AddInterpreter(0, interpreter.Count, native.Count > 0 ? native[Math.Max(inner - 1, 0)] : default);
            AddNative(inner, native.Count);
        }

        // One for one. Where the two walks ended at different depths, what is left over stays.
        private void MergePairs(List<LoopSpan> loops)
        {
            int next = 0;
            for (int i = 0; i < loops.Count; i++)
            {
                AddNative(next, loops[i].Start);
                if (i < interpreter.Count)
                    AddInterpreter(i, i + 1, native[loops[i].Start]);
                else
                    AddLoop(loops[i]);
                next = loops[i].End;
            }

            AddInterpreter(loops.Count, interpreter.Count, native[loops[^1].Start]);
            AddNative(next, native.Count);
        }

        // ends[i]: index behind the interpreter frames that the i-th activation runs; those without a share have run out of frames to stand for.
        private void MergeShares(List<LoopSpan> loops, int[] ends)
        {
            int next = 0;
            int taken = 0;
            for (int i = 0; i < loops.Count; i++)
            {
                AddNative(next, loops[i].Start);
                AddInterpreter(taken, ends[i], native[loops[i].Start]);
                (next, taken) = (loops[i].End, Math.Max(taken, ends[i]));
            }

            AddNative(next, native.Count);
        }

        private int LeadingSystemFrames()
        {
            int count = 0;
            while (count < native.Count && SystemLibraries.Contains(native[count].Module))
                count++;
            return count;
        }

        private void AddNative(int start, int end)
        {
            for (int i = start; i < end; i++)
                merged.Add(native[i]);
        }

        private void AddLoop(LoopSpan loop)
        {
            for (int i = loop.Start; i < loop.End; i++)
                merged.Add(AsStub(native[i]));
        }

        private void AddInterpreter(int start, int end, in ResolvedFrame loop)
        {
            for (int i = start; i < end; i++)
            {
                foreach (CodeFrame code in interpreter[i])
                    merged.Add(new ResolvedFrame(code.Function, "", 0, loop.Address, "", code.File, code.Line, code.Kind, code.IsInlined));
                // There was one: leaving it out would show a call that never happened.
                if (interpreter[i].Count == 0)
                    merged.Add(new ResolvedFrame("", "", 0, loop.Address, "", "", 0, kind));
            }
        }
    }
}
