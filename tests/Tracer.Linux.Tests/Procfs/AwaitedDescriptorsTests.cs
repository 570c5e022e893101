// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using Tracer.Linux.Procfs;
using Xunit;

namespace Tracer.Linux.Tests.Procfs;

public sealed class AwaitedDescriptorsTests
{
    private const int Read = 0;
    private const int Poll = 7;
    private const int Select = 23;
    private const int Futex = 202;
    private const ulong Stack = 0x7ffe_0000_0000;

    private static readonly SyscallTable Calls = new(SyscallTable.ReadResource("syscalls-x86-64.txt"));

    private readonly Dictionary<ulong, byte[]> _memory = [];

    [Fact]
    public void The_argument_is_the_descriptor()
    {
        Assert.Equal(new AwaitedDescriptors(17, 0), Of(Read, 17));
        Assert.Equal(default, Of(Read, ulong.MaxValue));
        Assert.Equal(default, Of(Futex, 17));
    }

    [Fact]
    public void Poll_names_the_first_of_those_that_are_switched_on()
    {
        _memory[0x1000] = Entries(-1, 8, 9, -5, 10);
        Assert.Equal(new AwaitedDescriptors(8, 2), Of(Poll, 0x1000, 5));
        Assert.Equal(new AwaitedDescriptors(8, 0), Of(Poll, 0x1000, 2));
        Assert.Equal(default, Of(Poll, 0x1000, 1));
        Assert.Equal(default, Of(Poll, 0x1000, 0));
        Assert.Equal(default, Of(Poll, 0x2000, 1));
    }

    [Fact]
    public void A_poll_of_thousands_is_looked_at_in_part()
    {
        _memory[0x1000] = Entries([.. Enumerable.Range(3, 64)]);
        Assert.Equal(new AwaitedDescriptors(3, 63), Of(Poll, 0x1000, ulong.MaxValue));
    }

    [Fact]
    public void Select_names_the_first_of_both_sets()
    {
        _memory[0x1000] = Set(70, 80);
        _memory[0x2000] = Set(9, 80);
        Assert.Equal(new AwaitedDescriptors(9, 2), Of(Select, 81, 0x1000, 0x2000));
        Assert.Equal(new AwaitedDescriptors(70, 1), Of(Select, 81, 0x1000, 0));
        Assert.Equal(default, Of(Select, 0, 0, 0));
        Assert.Equal(default, Of(Select, 10, 0x5000, 0));
        Assert.Equal(default, Of(Select, ulong.MaxValue, 0x1000, 0));
    }

    [Fact]
    public void Whoever_is_in_no_system_call_waits_for_none() =>
        Assert.Equal(default, AwaitedDescriptors.Of(new SyscallState { Activity = ThreadActivity.Waiting, StackPointer = Stack }, Calls, ReadMemory));

    [Fact]
    public void The_calls_of_32_bit_programs_have_other_numbers() =>
        Assert.Equal(default, AwaitedDescriptors.Of(new SyscallState(ThreadActivity.InSyscall, Read, 17, 0, 0, 0xffd8_1000, 0), Calls, ReadMemory));

    private AwaitedDescriptors Of(int number, ulong first, ulong second = 0, ulong third = 0) =>
        AwaitedDescriptors.Of(new SyscallState(ThreadActivity.InSyscall, number, first, second, third, Stack, 0), Calls, ReadMemory);

    private bool ReadMemory(ulong address, Span<byte> buffer)
    {
        if (!_memory.TryGetValue(address, out byte[]? bytes) || bytes.Length < buffer.Length)
            return false;
        bytes.AsSpan(0, buffer.Length).CopyTo(buffer);
        return true;
    }

    private static byte[] Entries(params int[] descriptors)
    {
        var bytes = new byte[descriptors.Length * 8];
        for (int i = 0; i < descriptors.Length; i++)
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(i * 8), descriptors[i]);
        return bytes;
    }

    private static byte[] Set(params int[] descriptors)
    {
        var bytes = new byte[128];
        foreach (int descriptor in descriptors)
            bytes[descriptor / 8] |= (byte)(1 << (descriptor % 8));
        return bytes;
    }
}
