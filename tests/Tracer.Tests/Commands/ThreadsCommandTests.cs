// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Grpc.Core;
using Tracer.Output;
using Tracer.Tests.Fake;
using DumpStatus = CloseWait.V1.DumpThreadsResponse.Types.Status;
using InspectStatus = CloseWait.V1.InspectThreadsResponse.Types.Status;
using ThreadState = CloseWait.V1.ThreadState;

namespace Tracer.Tests.Commands;

public sealed class ThreadsCommandTests
{
    [Fact]
    public async Task Each_thread_is_a_block_with_what_it_waits_for_and_its_stack()
    {
        var service = new FakeService { Inspection = Inspection() };
        await using FakeHost host = await FakeHost.StartAsync(service);
        CommandRun run = await CommandRun.AtAsync(host, "threads", "4711");
        Assert.Equal(("", ExitCode.Ok), (run.Error, run.ExitCode));
        Assert.Equal(
            """
            "api?[2J" tid 4711 sleeping in recvfrom on fd 7 (tcp 127.0.0.1:40122 -> 127.0.0.1:3306 ESTABLISHED), wait channel wait_woken
                recv+0x13 (libc.so.6)
              > query_third_party (/srv/api.py:41)
                (some names are missing)
            "pool" tid 4712 running
                (no stack: the time for one look was over)
            "quiet" tid 4713 idle, wait channel worker_thread

            """,
            run.Out);
        var request = Assert.Single(service.Requests.OfType<InspectThreadsRequest>());
        Assert.Equal((4711u, 0, false), (request.Pid, request.Tids.Count, request.OmitStacks));
    }

    [Fact]
    public async Task Threads_can_be_chosen()
    {
        var service = new FakeService { Inspection = Inspection() };
        await using FakeHost host = await FakeHost.StartAsync(service);
        await CommandRun.AtAsync(host, "threads", "4711", "--tid", "4712,4713", "--tid", "4714");
        Assert.Equal([4712u, 4713, 4714], Assert.Single(service.Requests.OfType<InspectThreadsRequest>()).Tids);
        (await CommandRun.StartAsync("threads", "4711", "--tid", "x")).AssertOneLine(ExitCode.Usage, "closewait: --tid: 'x' is not a process id");
        (await CommandRun.StartAsync("threads", "4711", "--tid", "4712", "--java")).AssertOneLine(
            ExitCode.Usage, "closewait: --tid cannot be combined with --java or --attach");
    }

    [Fact]
    public async Task Json_is_one_thread_a_line_with_every_scalar()
    {
        await using FakeHost host = await FakeHost.StartAsync(new FakeService { Inspection = Inspection() });
        string[] lines = (await CommandRun.AtAsync(host, "threads", "4711", "--json")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        ThreadState thread = ThreadState.Parser.ParseJson(lines[0]);
        Assert.Equal(Inspection().Threads[0], thread);
        Assert.DoesNotContain('\e', lines[0]);
        Assert.Contains("\"syscallTarget\": \"\"", lines[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", FrameKind.Java)]
    [InlineData("/usr/lib/jvm/java-17/lib/server/libjvm.so", FrameKind.Native)]
    public async Task A_Java_machine_is_pointed_out(string module, FrameKind kind)
    {
        InspectThreadsResponse inspection = Inspection();
        inspection.Threads[0].Stack.Add(new Frame { Function = "run", Module = module, Kind = kind });
        await using FakeHost host = await FakeHost.StartAsync(new FakeService { Inspection = inspection });
        Assert.Equal(
            "closewait: pid 4711 is a Java machine: --java asks it for its own account of its threads\n", (await CommandRun.AtAsync(host, "threads", "4711")).Error);
    }

    [Theory]
    [InlineData(InspectStatus.NoProcess, "there is no such process", "closewait: pid 4711: there is no such process")]
    [InlineData((InspectStatus)99, "", "closewait: pid 4711: 99")]
    public async Task No_answer_is_one_line_with_the_reason(InspectStatus status, string text, string line)
    {
        await using FakeHost host = await FakeHost.StartAsync(new FakeService { Inspection = new InspectThreadsResponse { Status = status, StatusText = text } });
        (await CommandRun.AtAsync(host, "threads", "4711")).AssertOneLine(ExitCode.Failure, line);
    }

    [Fact]
    public async Task A_cut_list_says_so()
    {
        InspectThreadsResponse inspection = Inspection();
        inspection.Truncated = true;
        await using FakeHost host = await FakeHost.StartAsync(new FakeService { Inspection = inspection });
        Assert.Equal("closewait: pid 4711 has more threads than these\n", (await CommandRun.AtAsync(host, "threads", "4711")).Error);
    }

    [Fact]
    public async Task Threads_of_a_Java_machine_are_listed_by_its_own_account()
    {
        var service = new FakeService { Threads = Dump() };
        await using FakeHost host = await FakeHost.StartAsync(service);
        CommandRun run = await CommandRun.AtAsync(host, "threads", "4711", "--java");
        Assert.Equal(("", ExitCode.Ok), (run.Error, run.ExitCode));
        Assert.Equal(
            """
            "reader?[2J" tid 4712 (inside: 8) RUNNABLE
                sun.nio.ch.Net.poll
                Srv.read (Srv.java:7)
            "GC Thread#0" tid ?

            """,
            run.Out);
        var request = Assert.Single(service.Requests.OfType<DumpThreadsRequest>());
        Assert.Equal((4711u, false), (request.Pid, request.MayStartListener));
    }

    [Fact]
    public async Task Json_is_one_thread_a_line()
    {
        await using FakeHost host = await FakeHost.StartAsync(new FakeService { Threads = Dump() });
        string[] lines = (await CommandRun.AtAsync(host, "threads", "4711", "--java", "--json")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        DumpedThread thread = DumpedThread.Parser.ParseJson(lines[0]);
        Assert.Equal(("reader\e[2J", 4712u, 8u, "RUNNABLE", 2), (thread.Name, thread.Tid, thread.NamespaceTid, thread.State, thread.Frames.Count));
        Assert.DoesNotContain('\e', lines[0]);
    }

    [Fact]
    public async Task A_signal_is_allowed_only_by_its_option()
    {
        var service = new FakeService { Threads = Dump() };
        await using FakeHost host = await FakeHost.StartAsync(service);
        await CommandRun.AtAsync(host, "threads", "4711", "--attach");
        Assert.True(Assert.Single(service.Requests.OfType<DumpThreadsRequest>()).MayStartListener);
    }

    [Theory]
    [InlineData(DumpStatus.NoJava, "no HotSpot runs in it", "closewait: pid 4711: no HotSpot runs in it")]
    [InlineData(DumpStatus.NotListening, "it does not listen", "closewait: pid 4711: it does not listen (--attach makes it, by a SIGQUIT that it catches)")]
    [InlineData((DumpStatus)99, "", "closewait: pid 4711: 99")]
    public async Task No_dump_is_one_line_with_the_reason(DumpStatus status, string text, string line)
    {
        await using FakeHost host = await FakeHost.StartAsync(new FakeService { Threads = new DumpThreadsResponse { Status = status, StatusText = text } });
        (await CommandRun.AtAsync(host, "threads", "4711", "--java")).AssertOneLine(ExitCode.Failure, line);
        (await CommandRun.AtAsync(host, "threads", "4711", "--java", "--json")).AssertOneLine(ExitCode.Failure, line);
    }

    [Fact]
    public async Task A_cut_dump_says_so()
    {
        DumpThreadsResponse dump = Dump();
        dump.Truncated = true;
        await using FakeHost host = await FakeHost.StartAsync(new FakeService { Threads = dump });
        CommandRun run = await CommandRun.AtAsync(host, "threads", "4711", "--java");
        Assert.Equal(("closewait: pid 4711 has more threads than these\n", ExitCode.Ok), (run.Error, run.ExitCode));
    }

    [Theory]
    [InlineData("nginx")]
    [InlineData("0")]
    [InlineData("-1")]
    public async Task What_is_no_pid_is_a_usage_error(string pid)
    {
        CommandRun run = await CommandRun.StartAsync("threads", "--", pid);
        run.AssertOneLine(ExitCode.Usage, $"closewait: PID: '{pid}' is not a process id");
    }

    [Fact]
    public async Task A_daemon_that_refuses_is_one_line()
    {
        await using FakeHost host = await FakeHost.StartAsync(
            new FakeService { StreamRefusal = new Status(StatusCode.PermissionDenied, "may_start_listener: only over the unix socket or mutual TLS") });
        CommandRun run = await CommandRun.AtAsync(host, "threads", "4711", "--attach");
        Assert.Equal(ExitCode.NotPermitted, run.ExitCode);
        Assert.EndsWith("not permitted: may_start_listener: only over the unix socket or mutual TLS\n", run.Error, StringComparison.Ordinal);
    }

    private static InspectThreadsResponse Inspection() => new()
    {
        Status = InspectStatus.Ok,
        Threads =
        {
            new ThreadState
            {
                Pid = 4711,
                Tid = 4711,
                Comm = "api\e[2J",
                State = "sleeping",
                Syscall = "recvfrom",
                SyscallFd = 7,
                SyscallTarget = "tcp 127.0.0.1:40122 -> 127.0.0.1:3306 ESTABLISHED",
                WaitChannel = "wait_woken",
                Stack =
                {
                    new Frame { Function = "recv", Module = "/lib/libc.so.6", Offset = 0x13, Kind = FrameKind.Native },
                    new Frame { Function = "query_third_party", File = "/srv/api.py", Line = 41, Kind = FrameKind.Python },
                },
                UserFrame = 1,
                StackEnd = StackEnd.Complete,
                Limitation = "some names are missing",
            },
            new ThreadState { Pid = 4711, Tid = 4712, Comm = "pool", State = "running", Limitation = "the time for one look was over" },
            new ThreadState { Pid = 4711, Tid = 4713, Comm = "quiet", State = "idle", WaitChannel = "worker_thread" },
        },
    };

    private static DumpThreadsResponse Dump() => new()
    {
        Status = DumpStatus.Ok,
        Threads =
        {
            new DumpedThread
            {
                Name = "reader\e[2J",
                Tid = 4712,
                NamespaceTid = 8,
                State = "RUNNABLE",
                Frames =
                {
                    new Frame { Function = "sun.nio.ch.Net.poll", Kind = FrameKind.Java },
                    new Frame { Function = "Srv.read", File = "Srv.java", Line = 7, Kind = FrameKind.Java },
                },
            },
            new DumpedThread { Name = "GC Thread#0" },
        },
    };
}
