// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution;
using Tracer.Linux.Procfs;

namespace Tracer.Inspection;

/// <summary>Says what the threads of a process wait for: the system call, its descriptor, and what that is.</summary>
internal sealed class SyscallDescriber(ProcfsRoot root, uint pid, MemoryRead read)
{
    private readonly ThreadReader _threads = new(root);

    /// <summary>What is known of each thread but its stack, in the same order.</summary>
    public ThreadFacts[] Describe(IReadOnlyList<ThreadStatus> threads)
    {
        AwaitedDescriptors[] awaited = [.. threads.Select(thread => AwaitedDescriptors.Of(thread.Syscall, SyscallTable.Native, read))];
        DescriptorLink[] links = [.. threads.Select((thread, i) => LinkOf(thread.Tid, awaited[i].First))];
        Dictionary<ulong, string> sockets = new SocketNames(root).Find(pid, links.Select(link => link.SocketInode).Where(inode => inode != 0));
        return [.. threads.Select((thread, i) => FactsOf(thread, awaited[i], TargetOf(links[i], sockets)))];
    }

    private ThreadFacts FactsOf(in ThreadStatus thread, AwaitedDescriptors awaited, string target) => new(pid, thread.Tid, thread.Comm)
    {
        State = thread.StateName,
        Syscall = NameOf(thread.Syscall),
        SyscallFd = awaited.First,
        SyscallTarget = awaited.Others > 0 && target.Length > 0 ? $"{target} and {awaited.Others} more" : target,
        WaitChannel = thread.WaitChannel,
    };

    private static string NameOf(in SyscallState state) =>
        state.Activity == ThreadActivity.InSyscall && !state.IsCompat ? SyscallTable.Native.NameOf(state.Number) : "";

    private DescriptorLink LinkOf(uint tid, uint? fd) =>
        fd is { } number && _threads.ReadDescriptor(pid, tid, number, out DescriptorLink link) == ProcfsStatus.Ok ? link : new DescriptorLink("", 0);

    private static string TargetOf(DescriptorLink link, Dictionary<ulong, string> sockets) =>
        link.SocketInode != 0 && sockets.TryGetValue(link.SocketInode, out string? name) ? name : link.Text;
}
