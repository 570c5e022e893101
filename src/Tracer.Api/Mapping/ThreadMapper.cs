// SPDX-License-Identifier: Apache-2.0
using Proto = CloseWait.V1;

namespace Tracer.Api.Mapping;

/// <summary>Thread dumps as messages, cut where a client could no longer take them.</summary>
internal static class ThreadMapper
{
    private const int MaxBytes = 16 << 20;

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

    private static Proto.DumpedThread ToThread(ThreadReport thread) => new()
    {
        Name = thread.Name,
        Tid = thread.Tid,
        NamespaceTid = thread.NamespaceTid,
        State = thread.State,
        Frames = { thread.Frames.Select(ActorMapper.ToFrame) },
    };
}
