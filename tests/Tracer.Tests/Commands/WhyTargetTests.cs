// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Commands;
using Tracer.Output;
using Tracer.Tests.Fake;

namespace Tracer.Tests.Commands;

/// <summary>closewait why TARGET: the life of single sockets.</summary>
public sealed class WhyTargetTests
{
    private const int Columns = 80;

    public static TheoryData<string, ulong> Lives => new()
    {
        { "why-life-pooled.txt", ExplanationSamples.Pooled().Socket.Cookie },
        { "why-life-reset.txt", ExplanationSamples.Reset().Socket.Cookie },
        { "why-life-queued.txt", ExplanationSamples.Queued().Socket.Cookie },
        { "why-life-existing.txt", ExplanationSamples.Existing().Socket.Cookie },
    };

    public static TheoryData<string, string[]> Targets => new()
    {
        { "pid:812", ["""{ "pids": [ 812 ] }"""] },
        { "812", ["""{ "pids": [ 812 ] }""", """{ "cookies": [ "812" ] }"""] },
        { "4294967296", ["""{ "cookies": [ "4294967296" ] }"""] },
        { "cookie:812", ["""{ "cookies": [ "812" ] }"""] },
        { ":8080", ["""{ "ports": [ 8080 ] }"""] },
        { "10.0.0.9:8080", ["""{ "ports": [ 8080 ] }"""] },
        { "localhost:80", ["""{ "ports": [ 80 ] }"""] },
        { "[2001:db8::5]:443", ["""{ "ports": [ 443 ] }"""] },
        { "php-fpm7.4", ["""{ "comms": [ "php-fpm7.4" ] }"""] },
        { "comm::8080", ["""{ "comms": [ ":8080" ] }"""] },
        { "kworker/0:1", ["""{ "comms": [ "kworker/0:1" ] }"""] },
    };

    [Theory]
    [MemberData(nameof(Lives))]
    public async Task A_life_is_told_in_order(string golden, ulong cookie)
    {
        CommandRun run = await WhyAsync($"cookie:{cookie}", [Told(cookie)]);
        Assert.Equal(("", ExitCode.Ok), (run.Error, run.ExitCode));
        GoldenFile.AssertEqual(golden, run.Out);
        Assert.All(run.Out.Split('\n'), line => Assert.InRange(line.Length, 0, Columns));
    }

    [Theory]
    [InlineData("why-life-stacks.txt", "--stacks")]
    [InlineData("why-life.json", "--json")]
    public async Task A_life_has_all_that_is_known(string golden, string flag) =>
        GoldenFile.AssertEqual(golden, (await WhyAsync("cookie:4711", [Told(4711)], flag)).Out);

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task A_target_is_asked_for_by_a_filter(string target, string[] filters)
    {
        var service = new FakeService();
        await using FakeHost host = await FakeHost.StartAsync(service);
        await CommandRun.AtAsync(host, "why", target);
        ListCloseWaitsRequest[] requests = [.. service.Requests.OfType<ListCloseWaitsRequest>()];
        Assert.Equal(filters, requests.Select(request => request.Filter.ToString()));
        Assert.All(requests, request => Assert.True(request.IncludeLeftOpen && request.OmitFrames));
    }

    [Fact]
    public async Task Filters_narrow_a_target()
    {
        var service = new FakeService();
        await using FakeHost host = await FakeHost.StartAsync(service);
        await CommandRun.AtAsync(host, "why", ":80", "--pid", "7", "--min-age", "5s");
        Assert.Equal("""{ "pids": [ 7 ], "ports": [ 80 ], "minAge": "5s" }""", Assert.Single(service.Requests.OfType<ListCloseWaitsRequest>()).Filter.ToString());
    }

    [Fact]
    public async Task A_process_that_holds_sockets_is_meant_before_a_cookie()
    {
        var service = new FakeService { Sockets = [Told(4711).Socket], Explanations = [Told(4711)] };
        await using FakeHost host = await FakeHost.StartAsync(service);
        await CommandRun.AtAsync(host, "why", "4711");
        Assert.Single(service.Requests.OfType<ListCloseWaitsRequest>());
        Assert.Equal("""{ "cookie": "4711", "netns": 4026531840, "includeThreads": true }""", Assert.Single(service.Requests.OfType<ExplainSocketRequest>()).ToString());
    }

    [Theory]
    [InlineData("10.0.0.9:8080", 1)]
    [InlineData("10.0.0.5:43210", 1)]
    [InlineData("10.0.0.5:8888", 2)] // one of them as a v4-mapped address
    [InlineData("[::ffff:10.0.0.5]:8888", 2)]
    [InlineData("10.0.0.5:8080", 0)] // the address of one side, the port of the other
    [InlineData("[2001:db8::77]:61000", 1)]
    public async Task An_address_is_that_of_either_side_with_its_port(string target, int sockets)
    {
        CommandRun run = await WhyAsync(target, ExplanationSamples.All(), "--json");
        Assert.Equal(sockets, run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task The_oldest_come_first_and_the_others_are_counted()
    {
        CommandRun run = await WhyAsync("game", ExplanationSamples.All(), "--count", "2");
        Assert.Equal("closewait: 2 younger sockets match 'game' too: --count shows more\n", run.Error);
        string[] heads = [.. run.Out.Split('\n').Where(line => line.Contains("  cookie ", StringComparison.Ordinal))];
        Assert.Equal(2, heads.Length);
        Assert.StartsWith("[2001:db8::5]:443 ", heads[0], StringComparison.Ordinal);
        Assert.StartsWith("10.0.0.5:43210 ", heads[1], StringComparison.Ordinal);
        Assert.Equal("closewait: 1 younger socket matches 'game' too: --count shows more\n", (await WhyAsync("game", ExplanationSamples.All())).Error);
    }

    [Fact]
    public async Task What_is_to_be_done_about_several_is_told_once()
    {
        ExplainSocketResponse[] told = [ExplanationSamples.Pooled(), ExplanationSamples.Pooled(), ExplanationSamples.Queued()];
        (told[0].Socket.Cookie, told[1].Socket.Cookie, told[2].HarmlessWhen) = (1, 2, "it is accepted soon");
        CommandRun run = await WhyAsync("game", told);
        Assert.Equal(3, run.Out.Split("  verdict ").Length - 1);
        Assert.Single(run.Out.Split('\n'), line => line.StartsWith("  to do ", StringComparison.Ordinal));
        Assert.Equal(2, run.Out.Split('\n').Count(line => line.StartsWith("  harmless ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_socket_that_closes_meanwhile_is_left_out()
    {
        var service = new FakeService { Sockets = [Told(4711).Socket, Told(8).Socket], Explanations = [Told(8)] };
        await using FakeHost host = await FakeHost.StartAsync(service);
        CommandRun run = await CommandRun.AtAsync(host, "why", "game");
        Assert.Equal(("", ExitCode.Ok), (run.Error, run.ExitCode));
        Assert.StartsWith("10.0.0.5:8888 ", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_target_that_matches_nothing_is_one_line()
    {
        (await WhyAsync("ng\e[2Jinx", [])).AssertOneLine(ExitCode.Ok, "closewait: no socket in CLOSE_WAIT matches 'ng?[2Jinx'");
        (await WhyAsync(":80", [], "--json")).AssertOneLine(ExitCode.Ok, "closewait: no socket in CLOSE_WAIT matches ':80'");
    }

    [Fact]
    public async Task Hostile_texts_do_not_reach_the_terminal()
    {
        const string bad = "\e[2J\u202e";
        ExplainSocketResponse told = ExplanationSamples.Queued();
        (told.HarmlessWhen, told.Socket.LocalAddress, told.Socket.Listener.LastAccept.Comm) = (bad, bad, bad);
        told.Evidence.Add(FindingSamples.Observed(bad));
        told.Advice.Add(bad);
        told.Threads[0].Comm = bad;
        CommandRun run = await WhyAsync("python3", [told], "--stacks");
        Assert.All(run.Out.Split('\n'), line => Assert.Equal(TargetText.Clean(line), line));
    }

    [Fact]
    public async Task A_socket_of_which_nothing_is_known_has_a_life_too()
    {
        CommandRun run = await WhyAsync("x", [new ExplainSocketResponse { Socket = new SocketRecord { Cookie = 1 } }]);
        Assert.Equal(("", ExitCode.Ok), (run.Error, run.ExitCode));
        Assert.Contains("the peer closed (FIN)", run.Out, StringComparison.Ordinal);
    }

    private static ExplainSocketResponse Told(ulong cookie) => ExplanationSamples.All().Single(explanation => explanation.Socket.Cookie == cookie);

    private static async Task<CommandRun> WhyAsync(string target, ExplainSocketResponse[] told, params string[] arguments)
    {
        await using FakeHost host = await FakeHost.StartAsync(new FakeService { Sockets = [.. told.Select(one => one.Socket)], Explanations = told });
        return await CommandRun.AtAsync(host, ["why", target, .. arguments]);
    }
}
