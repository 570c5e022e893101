// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Commands;
using Tracer.Output;
using Tracer.Tests.Fake;

namespace Tracer.Tests.Commands;

/// <summary>why --from and list --from: without a daemon, and without root.</summary>
public sealed class SceneCommandTests : IDisposable
{
    private static readonly SocketRecord[] Sockets = [Samples.Leaked(), Samples.NeverAccepted(), Samples.PhpWorker(), Samples.Existing()];
    private static readonly Finding[] Findings = [FindingSamples.NeverAccepted(), FindingSamples.EofReadNotClosed(), FindingSamples.EofNotRead(), FindingSamples.HalfClose()];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Findings_are_told_as_by_a_daemon()
    {
        CommandRun run = await RunAsync("why", "--count", "1");
        Assert.Equal(("", ExitCode.Ok), (run.Error, run.ExitCode));
        GoldenFile.AssertEqual("why-from.txt", run.Out);
    }

    [Theory]
    [InlineData("", "9f3c2e7d01ab44e0 1122334455667788 00c2a4b19d7e5533")]
    [InlineData("--harmless", "9f3c2e7d01ab44e0 1122334455667788 00c2a4b19d7e5533 00000000000000fd")]
    [InlineData("--verdict eof-not-read", "00c2a4b19d7e5533")]
    [InlineData("--pid 77", "1122334455667788")]
    [InlineData("--port 8080", "00c2a4b19d7e5533")]
    [InlineData("--lport 8888 --verdict never-accepted", "9f3c2e7d01ab44e0")]
    [InlineData("--port 1", "")]
    public async Task Findings_are_chosen_by_their_sockets(string flags, string ids)
    {
        CommandRun run = await RunAsync(["why", "--json", .. flags.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        string[] lines = run.Out.TrimEnd().Split('\n');
        Assert.StartsWith("{ \"scene\": { \"format\": 1,", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("{ \"summary\": ", lines[^1], StringComparison.Ordinal);
        Assert.Equal(ids, string.Join(' ', lines[1..^1].Select(line => Finding.Parser.ParseJson(line["{ \"finding\": ".Length..^2]).Id)));
    }

    [Fact]
    public async Task A_condition_is_met_by_a_scene_too()
    {
        Assert.Equal(ExitCode.Findings, (await RunAsync("why", "--fail-on", "critical")).ExitCode);
        Assert.Equal(ExitCode.Ok, (await RunAsync("why", "--fail-on", "reset-but-open")).ExitCode);
    }

    [Theory]
    [InlineData("900", "why-from-queued.txt")]
    [InlineData("4711", "why-from-pooled.txt")]
    public async Task A_life_has_the_reasons_of_its_finding(string target, string golden)
    {
        CommandRun run = await RunAsync("why", target, "--count", "1");
        Assert.Equal(ExitCode.Ok, run.ExitCode);
        GoldenFile.AssertEqual(golden, run.Out);
    }

    [Fact]
    public async Task A_target_that_matches_nothing_is_told() =>
        Assert.Equal("closewait: no socket in CLOSE_WAIT matches ':1'\n", (await RunAsync("why", ":1")).Error);

    [Theory]
    [InlineData("list-from.txt", "--stacks", "few")]
    [InlineData("list-from-by-verdict.txt", "--group-by", "verdict")]
    public async Task Sockets_are_listed_as_by_a_daemon(string golden, params string[] flags)
    {
        CommandRun run = await RunAsync(["list", .. flags]);
        Assert.Equal(("", ExitCode.Ok), (run.Error, run.ExitCode));
        GoldenFile.AssertEqual(golden, run.Out);
    }

    [Fact]
    public async Task Sockets_are_filtered_here()
    {
        Assert.Single((await RunAsync("list", "--json", "--pid", "900")).Out.TrimEnd().Split('\n'));
        Assert.Equal("", (await RunAsync("list", "--json", "--pid", "901")).Out);
    }

    [Fact]
    public async Task Sockets_that_were_left_open_are_listed_on_request()
    {
        SocketRecord left = Samples.Leaked();
        left.DescriptorLeftOpen = true;
        byte[] scene = SceneFiles.Pack(SceneFiles.Items([left], []));
        Assert.Equal("", (await RunAsync(scene, "list", "--json")).Out);
        Assert.NotEqual("", (await RunAsync(scene, "list", "--json", "--left-open")).Out);
    }

    [Fact]
    public async Task A_scene_that_was_cut_short_is_read_and_told_of()
    {
        byte[] scene = SceneFiles.Pack(SceneFiles.Items(Sockets, Findings).SkipLast(1));
        CommandRun run = await RunAsync(scene, "list", "--json");
        Assert.Equal(4, run.Out.TrimEnd().Split('\n').Length);
        Assert.Equal(($"closewait: '{_folder.PathOf("scene.jsonl.gz")}' was cut short: what is shown may not be all\n", ExitCode.Ok), (run.Error, run.ExitCode));
    }

    [Fact]
    public async Task Sockets_that_did_not_fit_are_told_of()
    {
        byte[] scene = SceneFiles.Pack([SceneFiles.Header, SceneFiles.End(0, omitted: 9)]);
        Assert.Equal($"closewait: 9 sockets did not fit into '{_folder.PathOf("scene.jsonl.gz")}' and are missing\n", (await RunAsync(scene, "why")).Error);
    }

    [Theory]
    [InlineData("why")]
    [InlineData("list")]
    public async Task What_is_no_scene_is_one_line(string command) =>
        (await RunAsync([1, 2, 3], command)).AssertOneLine(ExitCode.Failure, $"closewait: --from: '{_folder.PathOf("scene.jsonl.gz")}' is no scene: not a gzip file");

    [Theory]
    [InlineData("--watch", "--from and --watch exclude each other")]
    [InlineData("--min-age", "--min-age: the findings of a scene have been made already")]
    public async Task What_only_a_daemon_can_do_is_refused(string flag, string why) =>
        (await RunAsync("why", flag, "1s")).AssertOneLine(ExitCode.Usage, "closewait: " + why);

    [Fact]
    public async Task Hostile_names_of_a_scene_do_not_reach_the_terminal()
    {
        var header = new SceneItem { Header = new SceneHeader { Format = 1, Host = "\e[2J", Reason = "\e[2J\u202e" } };
        CommandRun run = await RunAsync(SceneFiles.Pack([header, new SceneItem { Finding = FindingSamples.Hostile() }, SceneFiles.End(0)]), "why");
        Assert.All(run.Out.Split('\n'), line => Assert.Equal(TargetText.Clean(line), line));
    }

    private Task<CommandRun> RunAsync(params string[] arguments) => RunAsync(SceneFiles.Pack(SceneFiles.Items(Sockets, Findings)), arguments);

    private Task<CommandRun> RunAsync(byte[] scene, params string[] arguments) =>
        CommandRun.StartAsync([.. arguments, "--from", _folder.WriteScene(scene)]);
}
