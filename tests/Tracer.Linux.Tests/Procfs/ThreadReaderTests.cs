// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Procfs;
using Xunit;

namespace Tracer.Linux.Tests.Procfs;

public sealed class ThreadReaderTests
{
    private readonly ThreadReader _host = new(TestData.Procfs("host"));
    private readonly ThreadReader _hostile = new(TestData.Procfs("hostile"));

    [Fact]
    public void A_thread_in_a_system_call_has_its_arguments_and_both_pointers()
    {
        Assert.Equal(ProcfsStatus.Ok, _host.Read(812, 812, out ThreadStatus thread));
        Assert.Equal((812u, "nginx", "sleeping", "", false), (thread.Tid, thread.Comm, thread.StateName, thread.WaitChannel, thread.IsZombie));
        Assert.Equal(new SyscallState(ThreadActivity.InSyscall, 232, 4, 0x7ffe00001000, 0x200, 0x7ffe00000f00, 0x7f5c9f8dd9a3), thread.Syscall);
        Assert.Equal("epoll_wait", SyscallTable.Native.NameOf(thread.Syscall.Number));
        Assert.Equal(43ul, _host.ReadSwitches(812, 812));
    }

    [Fact]
    public void A_thread_that_waits_elsewhere_has_a_wait_channel_and_pointers_only()
    {
        Assert.Equal(ProcfsStatus.Ok, _host.Read(812, 815, out ThreadStatus thread));
        Assert.Equal(("nginx: worker pr", "disk sleep", "folio_wait_bit_common"), (thread.Comm, thread.StateName, thread.WaitChannel));
        Assert.Equal(new SyscallState(ThreadActivity.Waiting, 0, 0, 0, 0, 0x7f5c9e000010, 0x7f5c9f8c0000), thread.Syscall);
        Assert.Null(_host.ReadSwitches(812, 815));
    }

    [Fact]
    public void A_thread_that_is_gone_is_an_ordinary_answer() =>
        Assert.Equal(ProcfsStatus.ProcessGone, _host.Read(812, 999, out _));

    [Fact]
    public void Hostile_names_are_sanitized_and_a_broken_line_says_nothing()
    {
        Assert.Equal(ProcfsStatus.Ok, _hostile.Read(16, 16, out ThreadStatus thread));
        Assert.Equal("\uFFFD[2Jevil) S (x\uFFFD", thread.Comm);
        Assert.Equal("sleeping", thread.StateName);
        Assert.Equal("a\uFFFD]0;x\uFFFDb", thread.WaitChannel);
        Assert.Equal(default, thread.Syscall);
        Assert.Equal(ProcfsStatus.Malformed, _hostile.Read(16, 17, out _));
        Assert.Equal(ProcfsStatus.Ok, _hostile.Read(16, 18, out thread));
        Assert.Equal(("syscall 999", ulong.MaxValue), (SyscallTable.Native.NameOf(thread.Syscall.Number), thread.Syscall.StackPointer));
    }

    [Fact]
    public void Descriptors_are_what_their_links_say()
    {
        Assert.Equal([("eventpoll", 0ul), ("socket", 28411), ("pipe", 0), ("/var/log/nginx/error.log", 0)], ((uint[])[4, 3, 12, 2]).Select(fd => Link(_host, 812, fd)));
        Assert.Equal(ProcfsStatus.ProcessGone, _host.ReadDescriptor(812, 812, 99, out DescriptorLink none));
        Assert.Equal(new DescriptorLink("", 0), none);
    }

    [Fact]
    public void Hostile_links_are_sanitized()
    {
        Assert.Equal([("\uFFFD[31m", 0ul), ("/tmp/a\uFFFDb", 0), ("socket:[99999999999999999999]", 0)], ((uint[])[1, 2, 3]).Select(fd => Link(_hostile, 16, fd)));
    }

    [Theory]
    [InlineData("running\n", ThreadActivity.Running)]
    [InlineData("-1 0x7ffe00000f00 0x7f5c9f8dd9a3\n", ThreadActivity.Waiting)]
    [InlineData("0 0x0 0x1 0x2 0x3 0x4 0x5 0x6 0x7", ThreadActivity.InSyscall)]
    [InlineData("", ThreadActivity.Unknown)]
    [InlineData("runningx\n", ThreadActivity.Unknown)]
    [InlineData("-1 0x1\n", ThreadActivity.Unknown)]
    [InlineData("-1 0x1 0x2 0x3\n", ThreadActivity.Unknown)]
    [InlineData("0 0x0 0x1 0x2 0x3 0x4 0x5 0x6", ThreadActivity.Unknown)]
    [InlineData("0 0x0 0x1 0x2 0x3 0x4 0x5 0x6 0x7 0x8", ThreadActivity.Unknown)]
    [InlineData("0 0x0 0x1 0x2 0x3 0x4 0x5 0x6 7", ThreadActivity.Unknown)]
    [InlineData("0 0x0 0x1 0x2 0x3 0x4 0x5 0x6 0x12345678123456789", ThreadActivity.Unknown)]
    [InlineData("99999999999 0x0 0x1 0x2 0x3 0x4 0x5 0x6 0x7", ThreadActivity.Unknown)]
    [InlineData("x 0x0 0x1 0x2 0x3 0x4 0x5 0x6 0x7", ThreadActivity.Unknown)]
    public void Only_a_whole_line_is_believed(string text, ThreadActivity activity) =>
        Assert.Equal(activity, SyscallState.Parse(System.Text.Encoding.ASCII.GetBytes(text)).Activity);

    [Theory]
    [InlineData("0 0x3 0x1 0x2 0x3 0x4 0x5 0xffd81000 0xf7f00000", true)]
    [InlineData("0 0x3 0x1 0x2 0x3 0x4 0x5 0x7ffd81000000 0x401000", false)]
    [InlineData("running", false)]
    public void A_32_bit_program_is_known_by_its_stack(string text, bool isCompat) =>
        Assert.Equal(isCompat, SyscallState.Parse(System.Text.Encoding.ASCII.GetBytes(text)).IsCompat);

    [Fact]
    public void The_calling_thread_runs_and_a_waiting_one_is_in_a_system_call()
    {
        var live = new ThreadReader(new ProcfsRoot());
        uint self = (uint)Environment.ProcessId;
        using var ready = new ManualResetEventSlim();
        using var release = new Semaphore(0, 1);
        uint tid = 0;
        var waiter = new Thread(() =>
        {
            tid = uint.Parse(new DirectoryInfo("/proc/thread-self").ResolveLinkTarget(true)!.Name, System.Globalization.CultureInfo.InvariantCulture);
            ready.Set();
            release.WaitOne();
        })
        { Name = "a waiting one", IsBackground = true };
        waiter.Start();
        ready.Wait(TestContext.Current.CancellationToken);
        ThreadStatus thread = default;
        Assert.True(SpinWait.SpinUntil(() => live.Read(self, tid, out thread) == ProcfsStatus.Ok && thread.State == 'S', TimeSpan.FromSeconds(30)));
        Assert.Equal(("a waiting one", "futex"), (thread.Comm, SyscallTable.Native.NameOf(thread.Syscall.Number)));
        Assert.NotNull(live.ReadSwitches(self, tid));
        release.Release();
        waiter.Join();
    }

    private static (string Text, ulong Inode) Link(ThreadReader reader, uint pid, uint fd)
    {
        reader.ReadDescriptor(pid, pid, fd, out DescriptorLink link);
        return (link.Text, link.SocketInode);
    }
}
