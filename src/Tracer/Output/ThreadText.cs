// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;

namespace Tracer.Output;

/// <summary>Threads as text: one line each, its frames below.</summary>
internal static class ThreadText
{
    private const string Indent = "    ";

    public static void Write(TextWriter output, IEnumerable<DumpedThread> threads)
    {
        foreach (DumpedThread thread in threads)
        {
            output.WriteLine(Heading(thread));
            foreach (Frame frame in thread.Frames)
                output.WriteLine(Indent + StackText.Line(frame));
        }
    }

    private static string Heading(DumpedThread thread)
    {
        string tid = thread.Tid == 0 ? "?" : $"{thread.Tid}";
        string inner = thread.NamespaceTid == thread.Tid ? "" : $" (inside: {thread.NamespaceTid})";
        string state = thread.State.Length == 0 ? "" : $" {TargetText.Clean(thread.State)}";
        return $"\"{TargetText.Clean(thread.Name)}\" tid {tid}{inner}{state}";
    }
}
