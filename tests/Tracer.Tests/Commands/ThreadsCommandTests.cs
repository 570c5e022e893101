// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Grpc.Core;
using Tracer.Output;
using Tracer.Tests.Fake;
using DumpStatus = CloseWait.V1.DumpThreadsResponse.Types.Status;

namespace Tracer.Tests.Commands;

public sealed class ThreadsCommandTests
{
    [Fact]
    public async Task Threads_are_listed_with_their_frames()
    {
        var service = new FakeService { Threads = Dump() };
        await using FakeHost host = await FakeHost.StartAsync(service);
        CommandRun run = await CommandRun.AtAsync(host, "threads", "4711");
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
        string[] lines = (await CommandRun.AtAsync(host, "threads", "4711", "--json")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
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
        (await CommandRun.AtAsync(host, "threads", "4711")).AssertOneLine(ExitCode.Failure, line);
        (await CommandRun.AtAsync(host, "threads", "4711", "--json")).AssertOneLine(ExitCode.Failure, line);
    }

    [Fact]
    public async Task A_cut_dump_says_so()
    {
        DumpThreadsResponse dump = Dump();
        dump.Truncated = true;
        await using FakeHost host = await FakeHost.StartAsync(new FakeService { Threads = dump });
        CommandRun run = await CommandRun.AtAsync(host, "threads", "4711");
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
