// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Procfs;

namespace Tracer.Stacks.Java;

/// <summary>
/// What all Java threads of a process do now, by the machine's own account. It stops at a safepoint for it: to be taken on request only.
/// </summary>
/// <param name="Status">How it ended.</param>
/// <param name="Detail">More about a failure; may be empty.</param>
/// <param name="Threads">In the machine's order.</param>
/// <param name="IsTruncated">The answer was longer than what is read.</param>
public sealed record JavaThreadDump(JavaThreadDumpStatus Status, string Detail, IReadOnlyList<JavaThread> Threads, bool IsTruncated)
{
    private const int MaxThreads = 16384;
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(10);

    /// <summary>Asks the machine.</summary>
    /// <param name="process">The process, which is borrowed.</param>
    /// <param name="mayStartListener">
    /// If the machine does not listen yet: may make it, by a file in its /tmp and a SIGQUIT, which it catches. It listens until it ends.
    /// </param>
    public static JavaThreadDump Take(TargetProcess process, bool mayStartListener)
    {
        if (JavaDetector.ReadStructs(process) is not { } structs)
            return new JavaThreadDump(JavaThreadDumpStatus.NoJava, "", [], IsTruncated: false);
        using var attach = new AttachConnection(process, VmFlags.Read(new ProcessVmMemory(process), structs), AnswerTime);
        JavaThreadDumpStatus status = attach.Ask("threaddump", mayStartListener, out byte[] answer, out bool isTruncated);
        if (status != JavaThreadDumpStatus.Ok)
            return new JavaThreadDump(status, attach.Detail, [], isTruncated);
        if (!ThreadDumpText.TryParse(answer, out List<JavaThread> threads, out string error))
            return new JavaThreadDump(JavaThreadDumpStatus.Failed, error, [], isTruncated);
        return new JavaThreadDump(JavaThreadDumpStatus.Ok, "", WithTids(process, threads), isTruncated);
    }

    private static List<JavaThread> WithTids(TargetProcess process, List<JavaThread> threads)
    {
        var tids = new List<uint>();
        new DescriptorReader(process.Root).ReadThreads(process.Pid, MaxThreads, tids);
        var reader = new ProcessReader(process.Root);
        var byNamespaceTid = new Dictionary<uint, uint>();
        foreach (uint tid in tids)
        {
            // A thread's own status is found under its id too, though it is not listed there.
            if (reader.ReadStatusFile(tid, out ProcessStatusFile file) == ProcfsStatus.Ok)
                byNamespaceTid[file.NamespacePid ?? tid] = tid;
        }

        return threads.ConvertAll(thread => thread with { Tid = byNamespaceTid.GetValueOrDefault(thread.NamespaceTid) });
    }
}
