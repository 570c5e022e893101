// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution;
using Proto = CloseWait.V1;

namespace Tracer.Api.Mapping;

/// <summary>Threads as messages, cut where a client could no longer take them.</summary>
internal static class ThreadMapper
{
    /// <summary>Of an answer in one message; clients are told to allow that.</summary>
    public const int MaxBytes = 16 << 20;

    public static Proto.DumpThreadsResponse ToResponse(ThreadDump dump)
    {
        Proto.DumpThreadsResponse message = new()
        {
            Status = (Proto.DumpThreadsResponse.Types.Status)dump.Status,
            StatusText = dump.StatusText,
            Truncated = dump.IsTruncated,
        };
        int bytes = 0;
        foreach (ThreadReport thread in dump.Threads)
        {
            Proto.DumpedThread mapped = ToThread(thread);
            bytes += mapped.CalculateSize();
            if (bytes > MaxBytes)
            {
                message.Truncated = true;
                break;
            }
            message.Threads.Add(mapped);
        }
        return message;
    }

    public static Proto.InspectThreadsResponse ToResponse(ThreadInspection inspection)
    {
        Proto.InspectThreadsResponse message = new()
        {
            Status = (Proto.InspectThreadsResponse.Types.Status)inspection.Status,
            StatusText = inspection.StatusText,
            Truncated = inspection.IsTruncated,
        };
        int bytes = 0;
        foreach (ThreadFacts thread in inspection.Threads)
        {
            Proto.ThreadState mapped = ToState(thread, isSuspect: false);
            bytes += mapped.CalculateSize();
            if (bytes > MaxBytes)
            {
                message.Truncated = true;
                break;
            }
            message.Threads.Add(mapped);
        }
        return message;
    }

    public static Proto.ThreadState ToState(ThreadFacts thread, bool isSuspect)
    {
        Proto.ThreadState message = new()
        {
            Pid = thread.Pid,
            Tid = thread.Tid,
            Comm = thread.Comm,
            State = thread.State,
            Syscall = thread.Syscall,
            SyscallTarget = thread.SyscallTarget,
            WaitChannel = thread.WaitChannel,
            Stack = { thread.Frames.Select(ActorMapper.ToFrame) },
            StackEnd = (Proto.StackEnd)thread.End,
            Limitation = thread.Limitation,
            IsSuspect = isSuspect,
        };
        if (thread.SyscallFd is { } fd)
            message.SyscallFd = fd;
        if (thread.UserFrame is { } userFrame)
            message.UserFrame = (uint)userFrame;
        return message;
    }

    private static Proto.DumpedThread ToThread(ThreadReport thread) => new()
    {
        Name = thread.Name,
        Tid = thread.Tid,
        NamespaceTid = thread.NamespaceTid,
        State = thread.State,
        Frames = { thread.Frames.Select(ActorMapper.ToFrame) },
    };
}
