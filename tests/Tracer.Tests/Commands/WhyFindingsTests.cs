// SPDX-License-Identifier: Apache-2.0
using System.Text.Json;
using CloseWait.V1;
using Grpc.Core;
using Tracer.Commands;
using Tracer.Output;
using Tracer.Tests.Fake;

namespace Tracer.Tests.Commands;

/// <summary>closewait why: findings from a daemon that runs.</summary>
public sealed class WhyFindingsTests
{
    private const int Columns = 80;

    public static TheoryData<string, Verdict> Screens => new(FindingSamples.All().Select(finding => (Golden(finding.Verdict), finding.Verdict)));

    public static TheoryData<string, bool> Conditions => new()
    {
        { "any", true },
        { "notice", true },
        { "warning", true },
        { "critical", false },
        { "eof-not-read", true },
        { "EOF_NOT_READ", true },
        { "never-accepted", false },
        { "critical,never-accepted", false },
        { "critical,eof-not-read", true },
    };

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Each_verdict_has_its_screen(string golden, Verdict verdict)
    {
        Finding finding = FindingSamples.All().Single(finding => finding.Verdict == verdict);
        CommandRun run = await WhyAsync(FindingSamples.Answer(finding), "--harmless");
        Assert.Equal(("", ExitCode.Ok), (run.Error, run.ExitCode));
        GoldenFile.AssertEqual(golden, run.Out);
        Assert.All(run.Out.Split('\n'), line => Assert.InRange(line.Length, 0, Columns));
    }

    [Fact]
    public async Task The_worst_come_first_and_the_others_are_counted()
    {
        Finding[] many = [.. Enumerable.Range(0, 8).Select(_ => FindingSamples.ShutdownButOpen())];
        CommandRun run = await WhyAsync(FindingSamples.Answer([FindingSamples.NeverAccepted(), .. many]), "--count", "2");
        Assert.StartsWith("CRITICAL  python3", run.Out, StringComparison.Ordinal);
        Assert.Equal(2, run.Out.Split("  verdict ").Length - 1);
        Assert.Contains("\n7 more findings: --count 9 shows all.\n", run.Out, StringComparison.Ordinal);
        Assert.Equal(5, (await WhyAsync(FindingSamples.Answer(many))).Out.Split("  verdict ").Length - 1);
    }

    [Fact]
    public async Task No_finding_says_what_was_looked_at()
    {
        var answer = new ListFindingsResponse { Summary = FindingSamples.Summary() };
        CommandRun run = await WhyAsync(answer);
        Assert.Equal(("", ExitCode.Ok), (run.Error, run.ExitCode));
        GoldenFile.AssertEqual("why-nothing.txt", run.Out);
    }

    [Theory]
    [InlineData("why.json")]
    [InlineData("why-count.json", "--count", "1")]
    public async Task Json_is_a_finding_a_line_and_then_the_summary(string golden, params string[] arguments)
    {
        CommandRun run = await WhyAsync(FindingSamples.Answer(FindingSamples.NeverAccepted(), FindingSamples.EofNotRead()), ["--json", .. arguments]);
        Assert.Equal(arguments.Length > 0 ? "closewait: 1 more findings: --count shows more\n" : "", run.Error);
        GoldenFile.AssertEqual(golden, run.Out);
        string[] keys = [.. run.Out.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement.EnumerateObject().Single().Name)];
        Assert.Equal(arguments.Length > 0 ? ["finding", "summary"] : ["finding", "finding", "summary"], keys);
    }

    [Theory]
    [MemberData(nameof(Conditions))]
    public async Task The_exit_code_tells_whether_a_condition_is_met(string condition, bool isMet)
    {
        ListFindingsResponse answer = FindingSamples.Answer(FindingSamples.EofNotRead(), FindingSamples.ShutdownButOpen());
        Assert.Equal(isMet ? ExitCode.Findings : ExitCode.Ok, (await WhyAsync(answer, "--fail-on", condition)).ExitCode);
        Assert.Equal(isMet ? ExitCode.Findings : ExitCode.Ok, (await WhyAsync(answer, "--json", "--count", "1", "--fail-on", condition)).ExitCode);
    }

    [Fact]
    public async Task Without_findings_no_condition_is_met() =>
        Assert.Equal(ExitCode.Ok, (await WhyAsync(new ListFindingsResponse(), "--fail-on", "any")).ExitCode);

    [Fact]
    public async Task A_harmless_finding_fails_only_what_names_it()
    {
        ListFindingsResponse answer = FindingSamples.Answer(FindingSamples.HalfClose());
        CommandRun run = await WhyAsync(answer, "--fail-on", "half-close-in-use");
        Assert.Equal(ExitCode.Findings, run.ExitCode);
        Assert.StartsWith("No finding", run.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, (await WhyAsync(answer, "--fail-on", "any,slow-close")).ExitCode);
        Assert.Equal(ExitCode.Findings, (await WhyAsync(answer, "--fail-on", "any", "--harmless")).ExitCode);
    }

    [Fact]
    public async Task The_daemon_is_asked_for_what_the_flags_say()
    {
        var service = new FakeService();
        await using FakeHost host = await FakeHost.StartAsync(service);
        await CommandRun.AtAsync(host, "why");
        await CommandRun.AtAsync(host, "why", "--harmless", "--min-age", "10s", "--verdict", "unknown", "--lport", "80");
        await CommandRun.AtAsync(host, "why", "--fail-on", "slow-close", "--watch", "1s");
        Assert.Equal(
        [
            """{ "filter": { }, "includeThreads": true, "minAge": "3s" }""",
            """{ "filter": { "localPorts": [ 80 ], "verdicts": [ "VERDICT_UNKNOWN" ] }, "includeHarmless": true, "includeThreads": true, "minAge": "10s" }""",
            """{ "filter": { }, "includeHarmless": true, "includeThreads": true, "minAge": "3s" }""",
        ],
        service.Requests.OfType<ListFindingsRequest>().Select(request => request.ToString()));
    }

    [Fact]
    public async Task A_daemon_that_runs_is_watched_only_on_request()
    {
        Assert.Equal("", (await WhyAsync(FindingSamples.Answer())).Error);
        Assert.Equal("closewait: watching for 5.0s\n", (await WhyAsync(FindingSamples.Answer(), "--watch", "5s")).Error);
    }

    [Fact]
    public async Task On_a_terminal_the_watch_counts_in_one_line_that_goes_away()
    {
        await using FakeHost host = await FakeHost.StartAsync(new FakeService());
        CommandRun run = await CommandRun.AtAsync(host, context => context with { ErrorIsTerminal = true }, "why", "--watch", "1500ms");
        const string last = "closewait: watching, 1.0s of 1.5s";
        Assert.Equal($"\rclosewait: watching, 0ms of 1.5s\r{last}\r{new string(' ', last.Length)}\r", run.Error);
    }

    [Fact]
    public async Task Hostile_texts_do_not_reach_the_terminal()
    {
        HostSummary summary = FindingSamples.Summary();
        (summary.KernelRelease, summary.Kernel[0].Name) = ("\e[2J", "\e[2J");
        CommandRun run = await WhyAsync(new ListFindingsResponse { Findings = { FindingSamples.Hostile() }, Summary = summary });
        Assert.All(run.Out.Split('\n'), line => Assert.Equal(TargetText.Clean(line), line));
    }

    [Fact]
    public async Task A_finding_without_anything_is_still_a_screen()
    {
        CommandRun run = await WhyAsync(new ListFindingsResponse { Findings = { new Finding() } });
        Assert.Equal(("", ExitCode.Ok), (run.Error, run.ExitCode));
        Assert.StartsWith("NOT RATED", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(60, 60)]
    [InlineData(10, 40)]
    [InlineData(300, 110)]
    public async Task A_terminal_gets_lines_of_its_width(int columns, int longest)
    {
        await using FakeHost host = await FakeHost.StartAsync(new FakeService { Findings = FindingSamples.Answer(FindingSamples.ShutdownButOpen()) });
        CommandRun run = await CommandRun.AtAsync(host, context => context with { OutIsTerminal = true, OutWidth = columns }, "why", "--color", "never");
        Assert.InRange(run.Out.Split('\n').Max(line => line.Length), longest - 25, longest + 2);
    }

    [Fact]
    public async Task Colours_mark_the_headline_and_the_line_of_code()
    {
        CommandRun run = await WhyAsync(FindingSamples.Answer(FindingSamples.EofNotRead()), "--color", "always");
        GoldenFile.AssertEqual("why-color.txt", run.Out);
    }

    [Fact]
    public async Task A_daemon_that_refuses_is_one_line()
    {
        await using FakeHost host = await FakeHost.StartAsync(new FakeService { StreamRefusal = new Status(StatusCode.ResourceExhausted, "busy") });
        CommandRun run = await CommandRun.AtAsync(host, "why");
        run.AssertOneLine(ExitCode.Failure, $"closewait: {host.SocketPath}: ResourceExhausted: busy");
    }

    private static string Golden(Verdict verdict) => $"why-{WireNames.Of(verdict).ToLowerInvariant().Replace('_', '-')}.txt";

    private static async Task<CommandRun> WhyAsync(ListFindingsResponse answer, params string[] arguments)
    {
        await using FakeHost host = await FakeHost.StartAsync(new FakeService { Findings = answer });
        return await CommandRun.AtAsync(host, ["why", .. arguments]);
    }
}
