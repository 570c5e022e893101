// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Tracer.Api.Findings;
using Tracer.Api.Tests.Given;
using Tracer.Attribution;
using Tracer.Attribution.Findings;
using Xunit;

namespace Tracer.Api.Tests.Findings;

public class ThreadLookTests
{
    private readonly FakeFacts _facts = new();
    private readonly List<(uint Pid, uint[] Tids)> _asked = [];

    public ThreadLookTests()
    {
        for (uint pid = 1; pid < 100; pid++)
            _facts.Descriptors[new ProcessKey(pid, pid * 1000UL)] = new DescriptorFacts(10, 1024);
        Answer((pid, _) => Ok(Threads(pid, 3)));
    }

    [Fact]
    public async Task Suspects_come_first_and_each_process_is_looked_at_once()
    {
        Finding one = TestFindings.Finding("1") with { Suspects = [TestFindings.Suspect(7, 702), TestFindings.Suspect(7, 0)] };
        Finding two = TestFindings.Finding("2") with { Suspects = [TestFindings.Suspect(7, 701)] };

        IReadOnlyList<Finding> findings = await AddAsync(one, two);

        Assert.Equal([702u, 700u, 701u], findings[0].Threads.Select(static thread => thread.Tid));
        Assert.Equal([701u, 700u, 702u], findings[1].Threads.Select(static thread => thread.Tid));
        Assert.True(ThreadLook.IsSuspect(findings[0], findings[0].Threads[0]));
        Assert.False(ThreadLook.IsSuspect(findings[0], findings[0].Threads[1]));
        Assert.Equal((7u, 0), (Assert.Single(_asked).Pid, _asked[0].Tids.Length));
    }

    [Fact]
    public async Task Findings_processes_and_threads_are_bounded()
    {
        Answer((pid, _) => Ok(Threads(pid, 40)));
        Finding[] many = [.. Enumerable.Range(0, 10).Select(i => TestFindings.Finding($"{i}") with
        {
            Suspects = [.. Enumerable.Range(1, 6).Select(j => TestFindings.Suspect((uint)((i * 6) + j), 0))],
        })];

        IReadOnlyList<Finding> findings = await AddAsync(many);

        Assert.Equal(many.Select(static finding => finding.Id), findings.Select(static finding => finding.Id));
        Assert.Equal([64, 64, 64, 64, 64, 64, 64, 64, 0, 0], findings.Select(static finding => finding.Threads.Count));
        Assert.Equal(8 * 4, _asked.Count);
    }

    [Fact]
    public async Task A_suspect_beyond_the_bound_of_a_look_is_asked_for_by_name()
    {
        Answer((pid, tids) => tids.Length > 0 ? Ok([new ThreadFacts(pid, tids[0], "late")]) : Ok(Threads(pid, 3), isTruncated: true));
        Finding finding = TestFindings.Finding("1") with { Suspects = [TestFindings.Suspect(7, 999), TestFindings.Suspect(7, 701), TestFindings.Suspect(7, 0)] };

        Finding answer = Assert.Single(await AddAsync(finding));

        Assert.Equal([999u, 701u, 700u, 702u], answer.Threads.Select(static thread => thread.Tid));
        Assert.Equal([[], [999u]], _asked.Select(static asked => asked.Tids));
    }

    [Fact]
    public async Task Whoever_has_the_pid_of_an_ended_process_is_left_alone()
    {
        _facts.Descriptors.Remove(new ProcessKey(7, 7000));
        Finding answer = Assert.Single(await AddAsync(TestFindings.Finding("1") with { Suspects = [TestFindings.Suspect(7, 0)] }));

        Assert.Empty(_asked);
        Assert.Empty(answer.Threads);
        Assert.Equal(new Evidence(EvidenceKind.Unknown, "what process 7 does now is not known: it has ended"), answer.Evidence[^1]);
    }

    [Fact]
    public async Task Why_there_are_no_threads_is_said_beside_those_there_are()
    {
        Answer((pid, _) => pid == 7 ? new ThreadInspection(ThreadInspectionStatus.NotPermitted, "not permitted", [], false) : Ok(Threads(pid, 1)));
        Finding answer = Assert.Single(await AddAsync(
            TestFindings.Finding("1") with { Suspects = [TestFindings.Suspect(7, 0), TestFindings.Suspect(8, 0)] }));

        Assert.Equal(800u, Assert.Single(answer.Threads).Tid);
        Assert.Equal("what process 7 does now is not known: not permitted", answer.Evidence[^1].Text);
    }

    [Fact]
    public async Task While_others_are_looked_at_it_waits_for_its_turn()
    {
        int refusals = 3;
        Answer((pid, _) => refusals-- > 0 ? null : Ok(Threads(pid, 1)));
        Finding answer = Assert.Single(await AddAsync(TestFindings.Finding("1") with { Suspects = [TestFindings.Suspect(7, 0)] }));

        Assert.Single(answer.Threads);
        Assert.Equal(4, _asked.Count);
    }

    [Fact]
    public async Task It_ends_in_time_though_a_look_never_does()
    {
        Answer((_, _) => null);
        Stopwatch watch = Stopwatch.StartNew();
        IReadOnlyList<Finding> findings = await AddAsync(
            [.. Enumerable.Range(1, 8).Select(pid => TestFindings.Finding($"{pid}") with { Suspects = [TestFindings.Suspect((uint)pid, 0)] })]);

        Assert.InRange(watch.Elapsed.TotalSeconds, 2.5, 20); // 3 s, where other tests leave it a processor
        Assert.All(findings, static finding => Assert.EndsWith("there was no time to look", finding.Evidence[^1].Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_client_that_leaves_ends_it()
    {
        using CancellationTokenSource leaving = new();
        Answer((_, _) =>
        {
            leaving.Cancel();
            return null;
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            new ThreadLook(_facts).AddAsync([TestFindings.Finding("1") with { Suspects = [TestFindings.Suspect(7, 0)] }], leaving.Token));
    }

    private Task<IReadOnlyList<Finding>> AddAsync(params Finding[] findings) => new ThreadLook(_facts).AddAsync(findings, Deadline.Token());

    private void Answer(Func<uint, uint[], ThreadInspection?> answer) => _facts.Inspection = (pid, tids) =>
    {
        _asked.Add((pid, [.. tids]));
        return answer(pid, [.. tids]);
    };

    private static ThreadInspection Ok(ThreadFacts[] threads, bool isTruncated = false) => new(ThreadInspectionStatus.Ok, "", threads, isTruncated);

    private static ThreadFacts[] Threads(uint pid, int count) =>
        [.. Enumerable.Range(0, count).Select(i => new ThreadFacts(pid, (pid * 100) + (uint)i, "worker"))];
}
