// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Merging;

/// <summary>Finds the frames in which an interpreter runs the code it interprets, by the names of its functions.</summary>
internal static class InterpreterLoops
{
    private const string JavaInterpreter = "Interpreter"; // the name of HotSpot's blob of template code

    // The loop itself, and functions that do nothing but enter it or are a part of it.
    private static readonly string[] PythonLoops = ["_PyEval_EvalFrameDefault"];
    private static readonly string[] PythonEntries = ["_PyEval_EvalFrame", "PyEval_EvalFrame", "PyEval_EvalFrameEx"];
    private static readonly string[] V8Loops = ["Builtins_InterpreterEntryTrampoline"];
    private static readonly string[] PhpLoops = ["execute_ex"];
    private static readonly string[] PhpEntries = ["zend_execute"];

    /// <summary>Activations of the loop, innermost first; each stands for at least one frame of the interpreter's own list.</summary>
    public static List<LoopSpan> Find(IReadOnlyList<ResolvedFrame> native, FrameKind kind)
    {
        var spans = new List<LoopSpan>();
        for (int i = 0; i < native.Count;)
        {
            int end = i;
            while (end < native.Count && PartOf(native[end], kind) != LoopPart.None)
                end++;
            if (end > i)
                Split(native, kind, i, end, spans);
            i = Math.Max(end, i + 1);
        }

        return spans;
    }

    // Neighbours that only enter a loop belong to it; two loops side by side are two activations.
    private static void Split(IReadOnlyList<ResolvedFrame> native, FrameKind kind, int start, int end, List<LoopSpan> spans)
    {
        int first = start;
        bool hasLoop = false;
        for (int i = start; i < end; i++)
        {
            if (PartOf(native[i], kind) != LoopPart.Loop)
                continue;
            if (hasLoop)
            {
                spans.Add(new LoopSpan(first, i));
                first = i;
            }

            hasLoop = true;
        }

        spans.Add(new LoopSpan(first, end));
    }

    private static LoopPart PartOf(in ResolvedFrame frame, FrameKind kind) => kind switch
    {
        FrameKind.Python => PartOf(frame.Function, PythonLoops, PythonEntries),
        FrameKind.Php when IsOpcodeHandler(frame.Function) => LoopPart.Entry,
        FrameKind.Php => PartOf(frame.Function, PhpLoops, PhpEntries),
        FrameKind.JavaScript => PartOf(frame.Function, V8Loops, []),
        FrameKind.Java when frame.Kind == FrameKind.Stub && frame.Function.StartsWith(JavaInterpreter, StringComparison.OrdinalIgnoreCase) => LoopPart.Loop,
        _ => LoopPart.None,
    };

    private static LoopPart PartOf(string function, string[] loops, string[] entries)
    {
        // Compilers append .cold, .isra.0, .constprop.1, .lto_priv.0 ...
        ReadOnlySpan<char> name = function.AsSpan();
        int suffix = name.IndexOf('.');
        if (suffix >= 0)
            name = name[..suffix];
        if (Contains(loops, name))
            return LoopPart.Loop;
        return Contains(entries, name) ? LoopPart.Entry : LoopPart.None;
    }

    // ZEND_DO_FCALL_SPEC_RETVAL_USED_HANDLER: one function per instruction, called by the loop.
    private static bool IsOpcodeHandler(string function) =>
        function.StartsWith("ZEND_", StringComparison.Ordinal) && function.Contains("_HANDLER", StringComparison.Ordinal);

    private static bool Contains(string[] names, ReadOnlySpan<char> name)
    {
        foreach (string candidate in names)
        {
            if (name.SequenceEqual(candidate))
                return true;
        }

        return false;
    }

    private enum LoopPart
    {
        None,
        Entry,
        Loop,
    }
}
