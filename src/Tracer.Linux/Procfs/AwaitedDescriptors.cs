// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using System.Numerics;

namespace Tracer.Linux.Procfs;

/// <summary>The descriptors that a system call is about: from its arguments, or from the memory they point to.</summary>
/// <param name="First">The only one, or of several the first; null: none, or not readable.</param>
/// <param name="Others">How many more it waits for; what is beyond the bounds of a look is not counted.</param>
public readonly record struct AwaitedDescriptors(uint? First, int Others)
{
    private const int MaxPolled = 64;
    private const int PollBytes = 8; // struct pollfd: int fd; short events, revents
    private const int MaxSelectBytes = 128; // FD_SETSIZE

    public static AwaitedDescriptors Of(in SyscallState state, SyscallTable calls, MemoryRead read)
    {
        if (state.Activity != ThreadActivity.InSyscall || state.IsCompat)
            return default;
        return calls.DescriptorOf(state.Number) switch
        {
            SyscallDescriptor.FirstArgument when state.First <= int.MaxValue => new AwaitedDescriptors((uint)state.First, 0),
            SyscallDescriptor.Poll => OfPoll(state.First, state.Second, read),
            SyscallDescriptor.Select => OfSelect(state, read),
            _ => default,
        };
    }

    private static AwaitedDescriptors OfPoll(ulong array, ulong length, MemoryRead read)
    {
        int count = (int)Math.Min(length, MaxPolled);
        Span<byte> entries = stackalloc byte[MaxPolled * PollBytes];
        entries = entries[..(count * PollBytes)];
        if (count == 0 || !read(array, entries))
            return default;
        uint? first = null;
        int others = 0;
        for (int i = 0; i < count; i++)
        {
            int fd = BinaryPrimitives.ReadInt32LittleEndian(entries[(i * PollBytes)..]);
            if (fd < 0) // an entry that is switched off
                continue;
            if (first is null)
                first = (uint)fd;
            else
                others++;
        }

        return new AwaitedDescriptors(first, others);
    }

    private static AwaitedDescriptors OfSelect(in SyscallState state, MemoryRead read)
    {
        int bytes = (int)Math.Min((state.First + 63) / 64 * sizeof(ulong), MaxSelectBytes);
        Span<byte> readers = stackalloc byte[bytes];
        Span<byte> writers = stackalloc byte[bytes];
        if (state.First > int.MaxValue || !TryReadSet(state.Second, readers, read) || !TryReadSet(state.Third, writers, read))
            return default;
        uint? first = null;
        int total = 0;
        for (int i = 0; i < bytes; i += sizeof(ulong))
        {
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(readers[i..]) | BinaryPrimitives.ReadUInt64LittleEndian(writers[i..]);
            if (word != 0)
                first ??= (uint)((i * 8) + BitOperations.TrailingZeroCount(word));
            total += BitOperations.PopCount(word);
        }

        return new AwaitedDescriptors(first, Math.Max(0, total - 1));
    }

    private static bool TryReadSet(ulong address, Span<byte> set, MemoryRead read)
    {
        set.Clear();
        return address == 0 || read(address, set);
    }
}
