// SPDX-License-Identifier: Apache-2.0
using Tracer.Api;
using Tracer.Attribution;
using Tracer.Daemon;
using Tracer.Linux.Procfs;
using Tracer.Stacks;
using Tracer.Stacks.Java;

namespace Tracer;

/// <summary>Asks Java machines for their threads, one at a time, and says so: this is the one thing the daemon does to a target, and only on request.</summary>
public sealed class ThreadDumper(ProcfsRoot root) : IDisposable
{
    // One dump ends within its own limits, which are shorter.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Null: it was not our turn in time.</summary>
    public async Task<ThreadDump?> DumpAsync(uint pid, bool mayStartListener, CancellationToken cancellationToken)
    {
        if (!await _turn.WaitAsync(Patience, cancellationToken))
            return null;
        // The turn ends with the dump, not with the client that no longer waits for it.
        Task<ThreadDump> dump = Task.Run(
            () =>
            {
                try
                {
                    return Take(pid, mayStartListener);
                }
                finally
                {
                    _turn.Release();
                }
            },
            CancellationToken.None);
        return await dump.WaitAsync(cancellationToken);
    }

    public void Dispose() => _turn.Dispose();

    private ThreadDump Take(uint pid, bool mayStartListener)
    {
        if (new ProcessReader(root).ReadStat(pid, out ProcessStat stat) != ProcfsStatus.Ok)
            return Failed(ThreadDumpStatus.NoProcess, "there is no such process");
        if (TargetProcess.Open(root, pid, stat.StartBoottimeNs, out TargetProcess? process) != ProcfsStatus.Ok || process is null)
            return Failed(ThreadDumpStatus.NoJava, "its memory cannot be read, or it has none");
        using (process)
        {
            Announcement.ThreadDumpBegins(pid, mayStartListener);
            JavaThreadDump taken = JavaThreadDump.Take(process, mayStartListener);
            ThreadDump dump = Convert(taken);
            Announcement.ThreadDumpEnded(pid, dump);
            return dump;
        }
    }

    private static ThreadDump Convert(JavaThreadDump dump)
    {
        if (dump.Status == JavaThreadDumpStatus.Ok)
            return new ThreadDump(ThreadDumpStatus.Ok, "", [.. dump.Threads.Select(Convert)], dump.IsTruncated);
        (ThreadDumpStatus status, string text) = dump.Status switch
        {
            JavaThreadDumpStatus.NoJava => (ThreadDumpStatus.NoJava, "no HotSpot runs in it"),
            JavaThreadDumpStatus.NotListening => (ThreadDumpStatus.NotListening, "it does not listen for requests yet, and nothing was sent to make it"),
            JavaThreadDumpStatus.Disabled => (ThreadDumpStatus.Disabled, "attaching is switched off in it (-XX:+DisableAttachMechanism)"),
            JavaThreadDumpStatus.SignalNotCaught => (ThreadDumpStatus.SignalNotCaught, "it does not catch SIGQUIT (-Xrs) and would die of it: nothing was sent"),
            JavaThreadDumpStatus.NotPermitted => (ThreadDumpStatus.NotPermitted, "it may not be asked"),
            JavaThreadDumpStatus.Refused => (ThreadDumpStatus.Refused, "it closed the connection without an answer"),
            JavaThreadDumpStatus.TimedOut => (ThreadDumpStatus.TimedOut, "it did not answer in time"),
            _ => (ThreadDumpStatus.Failed, "it gave no thread dump"),
        };
        return Failed(status, dump.Detail.Length == 0 ? text : $"{text}: {dump.Detail}");
    }

    private static ThreadReport Convert(JavaThread thread) => new(
        thread.Name, thread.Tid, thread.NamespaceTid, thread.State,
        [.. thread.Frames.Select(frame => new StackFrame(frame.Function, "", 0, 0, "", frame.File, frame.Line, (CodeKind)frame.Kind, frame.IsInlined))]);

    private static ThreadDump Failed(ThreadDumpStatus status, string text) => new(status, text, [], IsTruncated: false);
}
