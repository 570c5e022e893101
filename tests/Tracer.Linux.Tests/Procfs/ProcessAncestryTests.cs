// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Tracer.Linux.Procfs;
using Xunit;

namespace Tracer.Linux.Tests.Procfs;

public sealed class ProcessAncestryTests : IDisposable
{
    private const ulong TickNs = 10_000_000;
    private const string Apache = "/usr/sbin/apache2";

    private readonly TempFolder _folder = new();
    private readonly ProcessReader _reader;

    public ProcessAncestryTests()
    {
        _reader = new ProcessReader(new ProcfsRoot(_folder.Path));
        Record(1, parent: 0, start: 5, "/usr/lib/systemd/systemd");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Workers_belong_to_their_master()
    {
        Record(100, parent: 1, start: 1000, Apache);
        Record(101, parent: 100, start: 1001, Apache);
        Record(102, parent: 100, start: 1002, Apache);
        Record(103, parent: 102, start: 1003, Apache);
        var master = new ProcessIdentity(100, 1000 * TickNs);
        Assert.All(new uint[] { 100, 101, 102, 103 }, pid => Assert.Equal(master, GroupOf(pid)));
    }

    [Fact]
    public void The_group_is_the_same_whatever_resolution_the_start_time_was_asked_with()
    {
        Record(100, parent: 1, start: 1000, Apache);
        Assert.Equal(ProcfsStatus.Ok, _reader.Read(100, (1000 * TickNs) + 1_234_567, out ProcessDetails? details));
        Assert.Equal(new ProcessIdentity(100, 1000 * TickNs), details!.Group);
    }

    [Fact]
    public void A_parent_that_runs_something_else_ends_the_group()
    {
        Record(50, parent: 1, start: 900, Apache);
        Record(90, parent: 50, start: 950, "/bin/sh");
        Record(100, parent: 90, start: 1000, Apache);
        Assert.Equal(100u, GroupOf(100).Pid);
    }

    [Fact]
    public void A_service_without_children_is_its_own_group()
    {
        Record(100, parent: 1, start: 1000, Apache);
        Assert.Equal(new ProcessIdentity(100, 1000 * TickNs), GroupOf(100));
    }

    [Fact]
    public void The_first_process_of_a_namespace_may_be_a_master()
    {
        Record(1, parent: 0, start: 5, Apache);
        Record(7, parent: 1, start: 6, Apache);
        Assert.Equal(1u, GroupOf(7).Pid);
    }

    [Fact]
    public void An_ancestor_that_is_gone_ends_the_group()
    {
        Record(100, parent: 99, start: 1000, Apache);
        Assert.Equal(100u, GroupOf(100).Pid);
    }

    [Fact]
    public void A_parent_younger_than_its_child_is_a_reused_pid()
    {
        Record(99, parent: 1, start: 1001, Apache);
        Record(100, parent: 99, start: 1000, Apache);
        Assert.Equal(100u, GroupOf(100).Pid);
    }

    [Fact]
    public void Kernel_threads_and_processes_whose_executable_is_hidden_are_their_own_groups()
    {
        Record(2, parent: 0, start: 0, exe: null);
        Record(9, parent: 2, start: 0, exe: null);
        Record(99, parent: 1, start: 1000, exe: null);
        Record(100, parent: 99, start: 1001, Apache);
        Assert.Equal(9u, GroupOf(9).Pid);
        Assert.Equal(99u, GroupOf(99).Pid);
        Assert.Equal(100u, GroupOf(100).Pid);
    }

    [Fact]
    public void Workers_from_before_an_upgrade_of_the_executable_belong_to_the_same_master()
    {
        Record(100, parent: 1, start: 1000, Apache + " (deleted)");
        Record(101, parent: 100, start: 1001, Apache + " (deleted)");
        Assert.Equal(100u, GroupOf(101).Pid);
    }

    [Fact]
    public void A_chain_without_end_is_followed_for_some_levels_only()
    {
        for (uint pid = 100; pid < 200; pid++)
            Record(pid, parent: pid + 1, start: 1000, Apache);
        Record(200, parent: 100, start: 1000, Apache);
        Assert.Equal(132u, GroupOf(100).Pid);
    }

    [Fact]
    public void A_real_child_that_runs_another_program_is_its_own_group()
    {
        using Process target = Tool.StartWaiting();
        var live = new ProcessReader(new ProcfsRoot());
        Assert.Equal(ProcfsStatus.Ok, live.Read((uint)target.Id, out ProcessDetails? details));
        Assert.Equal(new ProcessIdentity((uint)target.Id, details!.StartBoottimeNs), details.Group);
        Tool.Stop(target);
    }

    private ProcessIdentity GroupOf(uint pid)
    {
        Assert.Equal(ProcfsStatus.Ok, _reader.Read(pid, out ProcessDetails? details));
        return details!.Group;
    }

    private void Record(uint pid, uint parent, ulong start, string? exe)
    {
        Directory.CreateDirectory(_folder[$"{pid}"]);
        File.WriteAllText(_folder[$"{pid}/stat"], $"{pid} (x) S {parent} 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 {start} 1 1 1 1 1 1 0\n");
        File.Delete(_folder[$"{pid}/exe"]);
        if (exe is not null)
            File.CreateSymbolicLink(_folder[$"{pid}/exe"], exe);
    }
}
