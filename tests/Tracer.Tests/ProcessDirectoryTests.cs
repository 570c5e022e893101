// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution;
using Tracer.Linux.Procfs;
using Tracer.Tests.Fake;

namespace Tracer.Tests;

public sealed class ProcessDirectoryTests : IDisposable
{
    private const ulong TickNs = 10_000_000;

    private static readonly ProcessKey Nginx = new(42, 12_345 * TickNs);

    private readonly TempFolder _folder = new();
    private readonly ProcessDirectory _directory;

    public ProcessDirectoryTests()
    {
        _directory = new ProcessDirectory(new ProcessReader(new ProcfsRoot(_folder.PathOf("."))));
        Record(42, "nginx", 12_345);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_process_that_was_learned_is_found()
    {
        Assert.Null(_directory.Find(Nginx));
        _directory.Learn(Nginx);
        ProcessFacts facts = _directory.Find(Nginx)!;
        Assert.Equal((Nginx, "nginx", "nginx -g daemon off;"), (facts.Key, facts.Comm, facts.Cmdline));
        Assert.Equal((33u, true), (facts.Uid, facts.HasUid));
    }

    [Fact]
    public void What_was_learned_stays_known_after_the_end_of_the_process()
    {
        _directory.Learn(Nginx);
        Directory.Delete(_folder.PathOf("42"), recursive: true);
        _directory.Learn(Nginx);
        Assert.Equal("nginx", _directory.Find(Nginx)!.Comm);
    }

    [Fact]
    public void A_process_that_was_gone_already_is_not_known()
    {
        _directory.Learn(new ProcessKey(43, 1));
        Assert.Null(_directory.Find(new ProcessKey(43, 1)));
        Assert.Equal(1, _directory.Count); // that it is gone is remembered: it need not be looked for again and again
    }

    [Fact]
    public void A_reused_pid_is_not_taken_for_the_old_process()
    {
        _directory.Learn(Nginx);
        Record(42, "intruder", 99_999);
        var old = new ProcessKey(42, 11_111 * TickNs);
        _directory.Learn(old);
        _directory.Learn(new ProcessKey(42, 99_999 * TickNs));
        Assert.Null(_directory.Find(old));
        Assert.Equal("nginx", _directory.Find(Nginx)!.Comm);
        Assert.Equal("intruder", _directory.Find(new ProcessKey(42, 99_999 * TickNs))!.Comm);
    }

    [Fact]
    public void Workers_and_master_name_their_group_alike()
    {
        Record(43, "nginx", 12_346, parent: 42);
        Run(42, "/usr/sbin/nginx");
        Run(43, "/usr/sbin/nginx");
        var master = new ProcessKey(42, (12_345 * TickNs) + 1_234); // the kernel's resolution
        var worker = new ProcessKey(43, (12_346 * TickNs) + 5_678);
        _directory.Learn(master);
        _directory.Learn(worker);
        Assert.Equal(Nginx, _directory.Find(master)!.Group);
        Assert.Equal(Nginx, _directory.Find(worker)!.Group);
    }

    [Fact]
    public void A_worker_stays_one_of_its_service_when_its_master_is_gone()
    {
        ProcessFacts under = Worker("/usr/sbin/nginx") with { Group = Nginx };
        Assert.Equal(Nginx, ProcessDirectory.Merge(under, Worker("/usr/sbin/nginx"))!.Group);
        Assert.Equal(under.Key, ProcessDirectory.Merge(under, Worker("/bin/sh"))!.Group); // it runs something else now
    }

    [Fact]
    public void A_zombie_does_not_take_away_what_was_known()
    {
        ProcessFacts alive = Worker("/usr/sbin/nginx");
        Assert.Same(alive, ProcessDirectory.Merge(alive, Worker("")));
        Assert.Same(alive, ProcessDirectory.Merge(alive, null));
        Assert.Same(alive, ProcessDirectory.Merge(null, alive));
    }

    [Fact]
    public void Nobody_is_not_looked_for()
    {
        _directory.Learn(default);
        Assert.Equal(0, _directory.Count);
    }

    [Fact]
    public void A_user_id_that_cannot_be_read_is_not_taken_for_root()
    {
        File.Delete(_folder.PathOf("42/status"));
        _directory.Learn(Nginx);
        Assert.False(_directory.Find(Nginx)!.HasUid);
    }

    private static ProcessFacts Worker(string exe) => new(new ProcessKey(43, 1), "nginx", exe, "", 0, true, "", "", "", 43);

    private void Run(uint pid, string exe) => File.CreateSymbolicLink(_folder.PathOf($"{pid}/exe"), exe);

    private void Record(uint pid, string comm, ulong startTicks, uint parent = 1)
    {
        Directory.CreateDirectory(_folder.PathOf($"{pid}"));
        _folder.Write($"{pid}/stat", $"{pid} ({comm}) S {parent} 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 3 0 {startTicks} 1 1 1 1 1 1 0\n");
        _folder.Write($"{pid}/cmdline", $"{comm}\0-g\0daemon off;\0");
        _folder.Write($"{pid}/status", $"Name:\t{comm}\nUid:\t33\t33\t33\t33\nNSpid:\t{pid}\n");
    }
}
