// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Output;
using Tracer.Tests.Fake;

namespace Tracer.Tests.Commands;

public sealed class StacksCommandTests
{
    [Theory]
    [InlineData("stacks.folded.txt")]
    [InlineData("stacks-by-process.folded.txt", "--by-process")]
    [InlineData("stacks-all.folded.txt", "--slot", "all")]
    [InlineData("stacks-eof-read.folded.txt", "--slot", "eof-read", "--format", "folded")]
    [InlineData("stacks-listener-accept.folded.txt", "--slot", "listener-accept")]
    [InlineData("stacks.json", "--json")]
    [InlineData("stacks.speedscope.json", "--format", "speedscope", "--slot", "all")]
    [InlineData("stacks.svg", "--format", "svg")]
    public async Task Output_is_as_recorded(string golden, params string[] arguments)
    {
        await using FakeHost host = await FakeHost.StartAsync(new FakeService { Sockets = StackSamples.Sockets(), Stacks = StackSamples.Stacks() });
        CommandRun run = await CommandRun.AtAsync(host, ["stacks", .. arguments]);
        Assert.Equal(("", ExitCode.Ok), (run.Error, run.ExitCode));
        GoldenFile.AssertEqual(golden, run.Out);
    }

    [Fact]
    public async Task Every_socket_is_counted_once_and_every_stack_asked_for_once()
    {
        var service = new FakeService { Sockets = StackSamples.Sockets(), Stacks = StackSamples.Stacks() };
        await using FakeHost host = await FakeHost.StartAsync(service);
        CommandRun run = await CommandRun.AtAsync(host, "stacks", "--pid", "900", "--left-open");
        Assert.Equal(service.Sockets.Count, Counts(run.Out).Sum());
        var request = Assert.Single(service.Requests.OfType<ListCloseWaitsRequest>());
        Assert.Equal((900u, true, true), (Assert.Single(request.Filter.Pids), request.IncludeLeftOpen, request.OmitFrames));
        Assert.Equal("1 2 3 99", string.Join(' ', service.Requests.OfType<GetStackRequest>().Select(asked => asked.StackId).Order()));
    }

    [Fact]
    public async Task Frames_that_come_with_the_sockets_are_taken_too()
    {
        await using FakeHost host = await FakeHost.StartAsync(new FakeService { Sockets = [Samples.PooledConnection(), Samples.Leaked(), Samples.PooledConnection()] });
        CommandRun run = await CommandRun.AtAsync(host, "stacks");
        Assert.Equal("apache2;main;execute_ex;zif_curl_exec (interface.c:2345);Curl_connecthost;__connect 2\ngame;server+0x4455 1\n", run.Out);
    }

    [Fact]
    public async Task A_hundred_thousand_sockets_are_a_few_lines()
    {
        SocketRecord[] sockets = [.. Enumerable.Range(0, 100_000).Select(i => StackSamples.Socket("app", 1, "app", 1 + (ulong)(i % 4)))];
        await using FakeHost host = await FakeHost.StartAsync(new FakeService { Sockets = sockets, Stacks = StackSamples.Stacks(), PageSize = 1000 });
        CommandRun run = await CommandRun.AtAsync(host, "stacks");
        Assert.Equal([25_000, 25_000, 25_000, 25_000], Counts(run.Out));
    }

    [Fact]
    public async Task Hostile_names_cannot_break_a_line()
    {
        var stack = new Stack { Frames = { new Frame { Function = "a;b\nc 7\e[2J", File = "/x;y\n", Line = 1 } } };
        await using FakeHost host = await FakeHost.StartAsync(
            new FakeService { Sockets = [StackSamples.Socket("p;\n1", 1, "t", 1)], Stacks = new Dictionary<ulong, Stack> { [1] = stack } });
        Assert.Equal("p:?1;a:b?c 7?[2J (x:y?:1) 1\n", (await CommandRun.AtAsync(host, "stacks")).Out);
        string json = (await CommandRun.AtAsync(host, "stacks", "--json")).Out;
        Assert.Equal(json.TrimEnd(), TargetText.Clean(json.TrimEnd()));
    }

    [Fact]
    public async Task No_socket_is_an_empty_output()
    {
        await using FakeHost host = await FakeHost.StartAsync(new FakeService());
        Assert.Equal("", (await CommandRun.AtAsync(host, "stacks")).Out);
        Assert.Equal("", (await CommandRun.AtAsync(host, "stacks", "--json")).Out);
    }

    [Theory]
    [InlineData("--slot: 'birth' is not origin, last-read, eof-read, first-send, closer, listener-accept or all", "--slot", "birth")]
    [InlineData("--format: 'png' is not folded, speedscope, pprof or svg", "--format", "png")]
    [InlineData("--json and --format exclude each other", "--json", "--format", "svg")]
    [InlineData("this format is not text: name a file with -o, or redirect the output", "--format", "pprof")]
    public async Task A_wrong_choice_is_one_line(string line, params string[] arguments)
    {
        await using FakeHost host = await FakeHost.StartAsync(new FakeService());
        (await CommandRun.AtAsync(host, ["stacks", .. arguments])).AssertOneLine(ExitCode.Usage, "closewait: " + line);
    }

    [Fact]
    public async Task A_file_gets_the_output_or_the_reason_why_not()
    {
        using var folder = new TempFolder();
        await using FakeHost host = await FakeHost.StartAsync(new FakeService { Sockets = StackSamples.Sockets(), Stacks = StackSamples.Stacks() });
        CommandRun run = await CommandRun.AtAsync(host, "stacks", "-o", folder.PathOf("out.txt"));
        Assert.Equal(("", "", ExitCode.Ok), (run.Out, run.Error, run.ExitCode));
        GoldenFile.AssertEqual("stacks.folded.txt", await File.ReadAllTextAsync(folder.PathOf("out.txt"), TestContext.Current.CancellationToken));
        run = await CommandRun.AtAsync(host, "stacks", "-o", folder.PathOf("none/out.txt"));
        Assert.Equal(ExitCode.Failure, run.ExitCode);
        Assert.StartsWith("closewait: --output: '", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_binary_format_goes_to_a_pipe_but_not_to_a_terminal()
    {
        await using FakeHost host = await FakeHost.StartAsync(new FakeService { Sockets = StackSamples.Sockets(), Stacks = StackSamples.Stacks() });
        using var bytes = new MemoryStream();
        await using var pipe = new StreamWriter(bytes);
        CommandRun run = await CommandRun.AtAsync(host, context => context with { Out = pipe }, "stacks", "--format", "pprof");
        Assert.Equal(("", ExitCode.Ok), (run.Error, run.ExitCode));
        Assert.Equal([0x1f, 0x8b], bytes.ToArray()[..2]); // the magic of gzip
        run = await CommandRun.AtAsync(host, context => context with { Out = pipe, OutIsTerminal = true }, "stacks", "--format", "pprof");
        Assert.Equal(ExitCode.Usage, run.ExitCode);
    }

    private static IEnumerable<int> Counts(string folded) =>
        folded.TrimEnd().Split('\n').Select(line => int.Parse(line[line.LastIndexOf(' ')..], null));
}
