// SPDX-License-Identifier: Apache-2.0
using System.Text.Json;
using CloseWait.V1;
using Tracer.Commands;
using Tracer.Output;
using Tracer.Tests.Fake;

namespace Tracer.Tests.Commands;

public sealed class ListCommandTests
{
    private static readonly string[] PromisedKeys =
    [
        "cookie", "netns", "localAddress", "localPort", "remoteAddress", "remotePort", "direction", "state", "age", "ageIsLowerBound",
        "unreadBytes", "unsentBytes", "idleBeforeFin", "holders", "origin", "lastRead", "eofRead", "listener",
    ];

    [Theory]
    [InlineData("list.txt")]
    [InlineData("list-no-headers.txt", "--no-headers")]
    [InlineData("list-stacks.txt", "--stacks")]
    [InlineData("list-stacks-few.txt", "--stacks", "few")]
    [InlineData("list-color.txt", "--color", "always")]
    [InlineData("list-count.txt", "--count", "2")]
    [InlineData("list.json", "--json")]
    [InlineData("list-by-process.txt", "--group-by", "process")]
    [InlineData("list-by-peer.txt", "--group-by", "peer")]
    [InlineData("list-by-stack.txt", "--group-by", "stack")]
    [InlineData("list-by-listener.txt", "--group-by", "listener")]
    [InlineData("list-by-verdict.txt", "--group-by", "verdict")]
    [InlineData("list-by-process.json", "--group-by", "process", "--json")]
    public async Task Output_is_as_recorded(string golden, params string[] arguments)
    {
        await using FakeHost host = await FakeHost.StartAsync(new FakeService { Sockets = Samples.All() });
        CommandRun run = await CommandRun.AtAsync(host, ["list", .. arguments]);
        Assert.Equal("", run.Error);
        Assert.Equal(ExitCode.Ok, run.ExitCode);
        GoldenFile.AssertEqual(golden, run.Out);
    }

    [Fact]
    public async Task A_leak_that_ended_shows_how()
    {
        SocketRecord socket = Samples.Leaked();
        socket.State = TcpState.Close;
        socket.EndReason = EndReason.ResetByPeer;
        socket.DescriptorLeftOpen = true;
        await using FakeHost host = await FakeHost.StartAsync(new FakeService { Sockets = [socket, Samples.PooledConnection()] });
        GoldenFile.AssertEqual("list-left-open.txt", (await CommandRun.AtAsync(host, "list", "--left-open")).Out);
    }

    [Theory]
    [InlineData("list-user-frame.txt", "--stacks", "few")]
    [InlineData("list-user-frame-full.txt", "--stacks")]
    [InlineData("list-user-frame-by-stack.txt", "--group-by", "stack")]
    public async Task The_line_to_show_leads(string golden, params string[] arguments)
    {
        await using FakeHost host = await FakeHost.StartAsync(new FakeService { Sockets = [Samples.PhpWorker(), Samples.BlockedListener()] });
        GoldenFile.AssertEqual(golden, (await CommandRun.AtAsync(host, ["list", .. arguments])).Out);
    }

    [Fact]
    public async Task Long_fields_are_cut_on_a_terminal_only()
    {
        SocketRecord socket = Samples.PooledConnection();
        socket.Origin.Stack[1].Function = "std::" + new string('x', 100);
        await using FakeHost host = await FakeHost.StartAsync(new FakeService { Sockets = [socket] });
        CommandRun piped = await CommandRun.AtAsync(host, "list");
        CommandRun shown = await CommandRun.AtAsync(host, context => context with { OutIsTerminal = true }, "list", "--color", "never");
        Assert.EndsWith(new string('x', 100) + Environment.NewLine, piped.Out, StringComparison.Ordinal);
        Assert.EndsWith(" std::" + new string('x', 42) + "…" + Environment.NewLine, shown.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_socket_is_a_table_without_rows()
    {
        await using FakeHost host = await FakeHost.StartAsync(new FakeService());
        Assert.Single((await CommandRun.AtAsync(host, "list")).Out.TrimEnd().Split('\n'));
        Assert.Equal("", (await CommandRun.AtAsync(host, "list", "--no-headers")).Out);
        Assert.Equal("", (await CommandRun.AtAsync(host, "list", "--json")).Out);
    }

    [Fact]
    public async Task Every_json_object_has_every_promised_key()
    {
        await using FakeHost host = await FakeHost.StartAsync(new FakeService { Sockets = [.. Samples.All(), new SocketRecord()] });
        string[] lines = (await CommandRun.AtAsync(host, "list", "--json")).Out.TrimEnd().Split(Environment.NewLine);
        Assert.Equal(5, lines.Length);
        foreach (string line in lines)
        {
            using JsonDocument json = JsonDocument.Parse(line);
            Assert.All(PromisedKeys, key => Assert.True(json.RootElement.TryGetProperty(key, out _), $"{key} is missing in {line}"));
            Assert.True(json.RootElement.EnumerateObject().DistinctBy(property => property.Name).Count() == json.RootElement.EnumerateObject().Count(), line);
        }
    }

    [Fact]
    public async Task Json_shows_hostile_names_unchanged_and_harmless()
    {
        const string name = "\e]0;x\a\u007f\u009b\u202e\u2066\u2028\n";
        SocketRecord socket = Samples.Existing();
        socket.Holders.Add(new Holder { Comm = name });
        await using FakeHost host = await FakeHost.StartAsync(new FakeService { Sockets = [socket] });
        string json = (await CommandRun.AtAsync(host, "list", "--json")).Out;
        Assert.Equal(name, Assert.Single(SocketRecord.Parser.ParseJson(json).Holders).Comm);
        Assert.Equal(TargetText.Clean(json.TrimEnd()), json.TrimEnd());
    }

    [Fact]
    public async Task Every_json_object_can_be_read_back_as_a_protobuf_message()
    {
        await using FakeHost host = await FakeHost.StartAsync(new FakeService { Sockets = Samples.All() });
        string[] lines = (await CommandRun.AtAsync(host, "list", "--json")).Out.TrimEnd().Split(Environment.NewLine);
        Assert.Equal(
            Samples.All().OrderByDescending(socket => socket.Age.ToTimeSpan()),
            lines.Select(SocketRecord.Parser.ParseJson));
    }
}
