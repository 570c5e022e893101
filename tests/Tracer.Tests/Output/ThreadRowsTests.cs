// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Output;
using ThreadState = CloseWait.V1.ThreadState;

namespace Tracer.Tests.Output;

public sealed class ThreadRowsTests
{
    [Fact]
    public void Threads_that_do_the_same_share_a_row()
    {
        ThreadState[] threads =
        [
            Thread(7, 8, "pool-1", "futex"), Thread(7, 9, "pool-2", "futex"), Thread(7, 7, "main", "epoll_wait"), Thread(7, 10, "pool-3", "futex"),
        ];
        Assert.Equal(["pool-1(7/8) and 2 more of its threads sleeping in futex", "main(7) sleeping in epoll_wait"], ThreadRows.Describe(threads));
    }

    [Fact]
    public void Workers_of_several_processes_are_told_as_such() =>
        Assert.Equal(["php(1) and 1 more thread sleeping in poll"], ThreadRows.Describe([Thread(1, 1, "php", "poll"), Thread(2, 2, "php", "poll")]));

    [Fact]
    public void What_many_others_do_is_not_told()
    {
        string[] calls = ["read", "write", "poll", "futex", "nanosleep"];
        string[] rows = [.. ThreadRows.Describe(calls.Select((call, i) => Thread(7, (uint)(8 + i), "w", call)))];
        Assert.Equal(4, rows.Length);
        Assert.Equal("... 2 more threads", rows[3]);
    }

    [Fact]
    public void A_thread_without_a_stack_says_why()
    {
        ThreadState thread = Thread(7, 7, "db", "");
        (thread.State, thread.WaitChannel, thread.Limitation) = ("disk sleep", "io_schedule", "its memory cannot be read");
        Assert.Equal(["db(7) disk sleep in the kernel's io_schedule (no stack: its memory cannot be read)"], ThreadRows.Describe([thread]));
        Assert.Equal(["?(0) state not known"], ThreadRows.Describe([new ThreadState()]));
    }

    private static ThreadState Thread(uint pid, uint tid, string comm, string syscall) =>
        new() { Pid = pid, Tid = tid, Comm = comm, State = "sleeping", Syscall = syscall };
}
