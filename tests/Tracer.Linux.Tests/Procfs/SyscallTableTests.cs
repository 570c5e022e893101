// SPDX-License-Identifier: Apache-2.0
using System.Text.RegularExpressions;
using Tracer.Linux.Procfs;
using Xunit;

namespace Tracer.Linux.Tests.Procfs;

public sealed partial class SyscallTableTests
{
    private const string Header = "/usr/include/x86_64-linux-gnu/asm/unistd_64.h";

    private readonly SyscallTable _table = new(SyscallTable.ReadResource("syscalls-x86-64.txt"));

    [Fact]
    public void Every_call_of_the_kernel_s_own_header_has_its_name()
    {
        Assert.SkipUnless(File.Exists(Header), $"no {Header} here");
        MatchCollection calls = Definition().Matches(File.ReadAllText(Header));
        Assert.InRange(calls.Count, 300, _table.Count);
        Assert.All(calls, call => Assert.Equal(call.Groups["name"].Value, _table.NameOf(int.Parse(call.Groups["number"].ValueSpan, null))));
    }

    [Theory]
    [InlineData(0, "read", SyscallDescriptor.FirstArgument)]
    [InlineData(1, "write", SyscallDescriptor.FirstArgument)]
    [InlineData(7, "poll", SyscallDescriptor.Poll)]
    [InlineData(23, "select", SyscallDescriptor.Select)]
    [InlineData(42, "connect", SyscallDescriptor.FirstArgument)]
    [InlineData(44, "sendto", SyscallDescriptor.FirstArgument)]
    [InlineData(45, "recvfrom", SyscallDescriptor.FirstArgument)]
    [InlineData(47, "recvmsg", SyscallDescriptor.FirstArgument)]
    [InlineData(73, "flock", SyscallDescriptor.FirstArgument)]
    [InlineData(74, "fsync", SyscallDescriptor.FirstArgument)]
    [InlineData(202, "futex", SyscallDescriptor.None)]
    [InlineData(232, "epoll_wait", SyscallDescriptor.FirstArgument)]
    [InlineData(257, "openat", SyscallDescriptor.None)]
    [InlineData(270, "pselect6", SyscallDescriptor.Select)]
    [InlineData(271, "ppoll", SyscallDescriptor.Poll)]
    [InlineData(288, "accept4", SyscallDescriptor.FirstArgument)]
    [InlineData(426, "io_uring_enter", SyscallDescriptor.FirstArgument)]
    [InlineData(100_000, "syscall 100000", SyscallDescriptor.None)]
    public void Calls_that_block_on_a_descriptor_say_where_it_is(int number, string name, SyscallDescriptor descriptor) =>
        Assert.Equal((name, descriptor), (_table.NameOf(number), _table.DescriptorOf(number)));

    [Fact]
    public void A_machine_without_a_table_has_numbers() => Assert.Equal("syscall 63", new SyscallTable("").NameOf(63));

    [GeneratedRegex(@"^#define __NR_(?<name>\w+) (?<number>\d+)$", RegexOptions.Multiline)]
    private static partial Regex Definition();
}
