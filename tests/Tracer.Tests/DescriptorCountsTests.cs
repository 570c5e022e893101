// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution;
using Tracer.Linux.Procfs;
using Tracer.Tests.Fake;

namespace Tracer.Tests;

public sealed class DescriptorCountsTests : IDisposable
{
    private const ulong TickNs = 10_000_000;

    private static readonly ProcessKey Nginx = new(42, 12_345 * TickNs);

    private readonly TempFolder _folder = new();
    private readonly DescriptorCounts _counts;

    public DescriptorCountsTests() => _counts = new DescriptorCounts(new ProcfsRoot(_folder.PathOf(".")));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_descriptors_come_with_the_soft_limit()
    {
        Record(42, 12_345, open: 5, limit: "1024");
        Assert.Equal(new DescriptorFacts(5, 1024), _counts.Read([Nginx])[Nginx]);
        Assert.Equal((1, 0ul), (_counts.Count, _counts.Skipped));
    }

    [Fact]
    public void A_limit_that_is_none_or_cannot_be_read_is_not_known()
    {
        Record(42, 12_345, open: 5, limit: "unlimited");
        Record(43, 12_345, open: 3, limit: null);
        var other = new ProcessKey(43, 12_345 * TickNs);
        IReadOnlyDictionary<ProcessKey, DescriptorFacts> counts = _counts.Read([Nginx, other]);
        Assert.Equal((new DescriptorFacts(5, 0), new DescriptorFacts(3, 0)), (counts[Nginx], counts[other]));
    }

    [Fact]
    public void A_reused_pid_and_one_that_is_gone_are_missing()
    {
        Record(42, 99_999, open: 5, limit: "1024");
        Assert.Empty(_counts.Read([Nginx, new ProcessKey(43, 1), new ProcessKey(42, 0), default]));
    }

    [Fact]
    public void Within_a_second_nothing_is_read_again()
    {
        Record(42, 12_345, open: 5, limit: "1024");
        _counts.Read([Nginx]);
        Directory.Delete(_folder.PathOf("42"), recursive: true);
        Assert.Equal(5ul, _counts.Read([Nginx])[Nginx].Open);
    }

    [Fact]
    public void More_processes_than_the_bound_are_skipped_and_counted()
    {
        ProcessKey[] crowd = [.. Enumerable.Range(1000, _counts.Limit + 10).Select(pid => new ProcessKey((uint)pid, 1))];
        Record(42, 12_345, open: 5, limit: "1024");
        Assert.Empty(_counts.Read([.. crowd, Nginx]));
        Assert.Equal(11ul, _counts.Skipped);
    }

    [Fact]
    public void This_process_is_counted_on_the_real_procfs()
    {
        uint pid = (uint)Environment.ProcessId;
        new ProcessReader(new ProcfsRoot()).ReadStat(pid, out ProcessStat stat);
        var self = new ProcessKey(pid, stat.StartBoottimeNs);
        DescriptorFacts facts = new DescriptorCounts(new ProcfsRoot()).Read([self])[self];
        Assert.InRange(facts.Open, 3ul, facts.Limit);
    }

    private void Record(uint pid, ulong startTicks, int open, string? limit)
    {
        Directory.CreateDirectory(_folder.PathOf($"{pid}/fd"));
        _folder.Write($"{pid}/stat", $"{pid} (x) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 3 0 {startTicks} 1 1 1 1 1 1 0\n");
        if (limit is not null)
            _folder.Write($"{pid}/limits", $"Limit  Soft Limit  Hard Limit  Units\nMax open files            {limit}   4096   files\n");
        for (int fd = 0; fd < open; fd++)
            _folder.Write($"{pid}/fd/{fd}", "");
    }
}
