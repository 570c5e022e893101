// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using ThreadState = CloseWait.V1.ThreadState;

namespace Tracer.Output;

/// <summary>What threads do now, as text: one block each.</summary>
internal static class ThreadBlocks
{
    private const string Indent = "    ";

    public static void Write(TextWriter output, IEnumerable<ThreadState> threads, Palette palette)
    {
        foreach (ThreadState thread in threads)
        {
            output.WriteLine(Heading(thread));
            Actor actor = StackOf(thread);
            StackText.Write(output, actor, Indent, int.MaxValue, palette);
            if (actor.Stack.Count == 0 && thread.Limitation.Length > 0)
                output.WriteLine($"{Indent}(no stack: {TargetText.Clean(thread.Limitation)})");
        }
    }

    /// <summary>A Java machine: its own account of its threads has more names.</summary>
    public static bool IsJava(IEnumerable<ThreadState> threads) => threads.Any(static thread => thread.Stack.Any(static frame =>
        frame.Kind == FrameKind.Java || StackText.FileName(frame.Module) == "libjvm.so"));

    // "reader" tid 4712 sleeping in recvfrom on fd 7 (tcp 10.0.0.5:40122 -> 10.0.0.9:3306 ESTABLISHED), wait channel sk_wait_data
    private static string Heading(ThreadState thread)
    {
        string state = thread.State.Length == 0 ? "" : $" {TargetText.Clean(thread.State)}";
        string call = thread.Syscall.Length == 0 ? "" : $" in {TargetText.Clean(thread.Syscall)}";
        string descriptor = thread.HasSyscallFd ? $" on fd {thread.SyscallFd}" : "";
        string target = thread.SyscallTarget.Length == 0 ? "" : $" ({TargetText.Clean(thread.SyscallTarget)})";
        string channel = thread.WaitChannel.Length == 0 ? "" : $", wait channel {TargetText.Clean(thread.WaitChannel)}";
        return $"\"{TargetText.Clean(thread.Comm)}\" tid {thread.Tid}{state}{call}{descriptor}{target}{channel}";
    }

    private static Actor StackOf(ThreadState thread)
    {
        var actor = new Actor { Stack = { thread.Stack }, StackEnd = thread.StackEnd, StackLimitation = thread.Limitation };
        if (thread.HasUserFrame)
            actor.UserFrame = thread.UserFrame;
        return actor;
    }
}
