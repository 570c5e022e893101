// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Tracer.Linux.Cgroups;
using Tracer.Linux.Procfs;
using Xunit;

namespace Tracer.Linux.Tests.Procfs;

public sealed class ProcessReaderTests
{
    private static readonly string ContainerId = string.Concat(Enumerable.Repeat("0123456789abcdef", 4));

    private readonly ProcessReader _host = new(TestData.Procfs("host"));
    private readonly ProcessReader _hostile = new(TestData.Procfs("hostile"));
    private readonly ProcessReader _live = new(new ProcfsRoot());

    [Fact]
    public void Service_is_read_completely()
    {
        Assert.Equal(ProcfsStatus.Ok, _host.Read(812, out ProcessDetails? details));
        Assert.Equal(
            new ProcessDetails(
                812, 1_655_030_000_000, "nginx", "/usr/sbin/nginx", false, "nginx: worker process", 33,
                "/system.slice/nginx.service", "nginx.service", "", 812, 2, new ProcessIdentity(812, 1_655_030_000_000)),
            details);
    }

    [Fact]
    public void Container_process_has_its_id_inner_pid_and_deleted_executable()
    {
        Assert.Equal(ProcfsStatus.Ok, _host.Read(4242, out ProcessDetails? details));
        Assert.Equal(ContainerId, details!.ContainerId);
        Assert.Equal($"docker-{ContainerId}.scope", details.Unit);
        Assert.Equal(1u, details.NamespacePid);
        Assert.Equal("/opt/java/bin/java", details.Exe);
        Assert.True(details.IsExeDeleted);
        Assert.Equal("java -Xmx2g -jar /srv/app.jar", details.Cmdline);
    }

    [Fact]
    public void Kernel_thread_has_no_executable_and_no_arguments()
    {
        Assert.Equal(ProcfsStatus.ProcessGone, _host.ReadExe(2, out _));
        Assert.Equal(ProcfsStatus.Ok, _host.Read(2, out ProcessDetails? details));
        Assert.Equal(("kthreadd", "", "", ""), (details!.Comm, details.Exe, details.Cmdline, details.Unit));
    }

    [Fact]
    public void Name_with_parentheses_newline_and_escapes_does_not_shift_the_fields()
    {
        Assert.Equal(ProcfsStatus.Ok, _hostile.ReadStat(10, out ProcessStat stat));
        Assert.Equal("a) R 1 (\uFFFD[2J\uFFFDb) Z", stat.Comm);
        Assert.Equal(('S', 9u, 3u, 4711UL), (stat.State, stat.ParentPid, stat.ThreadCount, stat.StartTicks));
        Assert.Equal(ProcfsStatus.Ok, _hostile.ReadComm(10, out string comm));
        Assert.Equal(stat.Comm, comm);
    }

    [Fact]
    public void Hostile_texts_are_sanitized_and_a_name_cannot_fake_a_user()
    {
        Assert.Equal(ProcfsStatus.Ok, _hostile.Read(10, out ProcessDetails? details));
        Assert.Equal("x\uFFFD]0;owned\uFFFD --name=\uFFFD\uFFFD \uFFFDä", details!.Cmdline);
        Assert.Equal("/tmp/\uFFFD[31mred\uFFFD", details.Exe);
        Assert.Equal((1002u, 3u), (details.Uid, details.NamespacePid));
        Assert.Equal("session-3.scope", details.Unit);
    }

    [Theory]
    [InlineData(11u)]
    [InlineData(12u)]
    [InlineData(15u)]
    [InlineData(16u)]
    public void Damaged_stat_is_malformed(uint pid)
    {
        Assert.Equal(ProcfsStatus.Malformed, _hostile.ReadStat(pid, out _));
        Assert.Equal(ProcfsStatus.Malformed, _hostile.Read(pid, out ProcessDetails? details));
        Assert.Null(details);
    }

    [Fact]
    public void Missing_files_leave_their_texts_empty()
    {
        Assert.Equal(ProcfsStatus.Ok, _hostile.Read(13, out ProcessDetails? details));
        Assert.Equal(new ProcessDetails(13, 1_655_030_000_000, "lonely", "", false, "", null, "", "", "", 0, 1, new ProcessIdentity(13, 1_655_030_000_000)), details);
    }

    [Fact]
    public void Garbage_in_every_file_yields_nothing_wrong()
    {
        Assert.Equal(ProcfsStatus.Ok, _hostile.Read(14, out ProcessDetails? details));
        Assert.Null(details!.Uid);
        Assert.Equal(0u, details.NamespacePid);
        Assert.Equal(("", "", "/.."), (details.Cmdline, details.Unit, details.Cgroup));
        Assert.Equal(ProcfsStatus.Malformed, _hostile.ReadDescriptorLimit(14, out _));
        Assert.Equal(ProcfsStatus.Ok, _hostile.ReadStatusFile(14, out ProcessStatusFile file));
        Assert.Null(file.EffectiveCapabilities);
    }

    [Fact]
    public void Process_that_is_not_there_is_gone()
    {
        Assert.Equal(ProcfsStatus.ProcessGone, _host.Read(99, out ProcessDetails? details));
        Assert.Null(details);
        Assert.Equal(ProcfsStatus.ProcessGone, _host.ReadCgroup(99, out CgroupMembership membership));
        Assert.Equal(new CgroupMembership("", "", ""), membership);
    }

    [Fact]
    public void Descriptor_limit_is_read()
    {
        Assert.Equal(ProcfsStatus.Ok, _host.ReadDescriptorLimit(812, out ResourceLimit limit));
        Assert.Equal(new ResourceLimit(1024, 524288), limit);
    }

    [Fact]
    public void Start_time_identifies_a_process_within_its_tick()
    {
        const ulong tick = 1_655_030_000_000;
        Assert.True(_host.IsSameProcess(812, tick));
        Assert.True(_host.IsSameProcess(812, tick + 9_999_999));
        Assert.False(_host.IsSameProcess(812, tick + 10_000_000));
        Assert.False(_host.IsSameProcess(812, tick - 1));
        Assert.False(_host.IsSameProcess(99, tick));
        Assert.Equal(ProcfsStatus.ProcessGone, _host.Read(812, tick - 1, out ProcessDetails? other));
        Assert.Null(other);
        Assert.Equal(ProcfsStatus.Ok, _host.Read(812, tick + 5, out _));
    }

    [Fact]
    public void Long_command_line_is_cut_between_characters()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["5"]);
        // 255 single bytes, then a character of two bytes across the cut.
        File.WriteAllText(folder["5/cmdline"], new string('a', 255) + "ää" + new string('b', 100_000));
        var reader = new ProcessReader(new ProcfsRoot(folder.Path));

        Assert.Equal(ProcfsStatus.Ok, reader.ReadCmdline(5, out string cmdline));
        Assert.Equal(new string('a', 255), cmdline);

        File.WriteAllText(folder["5/cmdline"], new string('a', 254) + "ä" + new string('b', 100_000));
        reader.ReadCmdline(5, out cmdline);
        Assert.Equal(new string('a', 254) + "ä", cmdline);
    }

    [Fact]
    public void Endless_files_are_read_up_to_their_bound()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["5"]);
        File.WriteAllText(folder["5/cgroup"], string.Concat(Enumerable.Repeat("7:cpu:/x\n", 200_000)) + "0::/late\n");
        File.WriteAllText(folder["5/stat"], new string('(', 1_000_000));
        var reader = new ProcessReader(new ProcfsRoot(folder.Path));

        Assert.Equal(ProcfsStatus.Malformed, reader.ReadStat(5, out _));
        Assert.Equal(ProcfsStatus.Ok, reader.ReadCgroup(5, out CgroupMembership membership));
        Assert.Equal("", membership.Path);
    }

    [Fact]
    public void Own_process_agrees_with_the_framework()
    {
        using Process self = Process.GetCurrentProcess();

        Assert.Equal(ProcfsStatus.Ok, _live.Read((uint)self.Id, out ProcessDetails? details));

        Assert.Equal(Environment.ProcessPath, details!.Exe);
        DateTimeOffset start = ClockSet.Read().BoottimeToWallClock(details.StartBoottimeNs);
        Assert.InRange(start - self.StartTime.ToUniversalTime(), TimeSpan.FromMilliseconds(-100), TimeSpan.FromMilliseconds(100));
        Assert.InRange(details.ThreadCount, 2u, 10_000u);
        Assert.Equal(uint.Parse(Tool.Run("id", "-u").Trim(), System.Globalization.CultureInfo.InvariantCulture), details.Uid);
        Assert.Contains(details.Comm, File.ReadAllText("/proc/self/comm"), StringComparison.Ordinal);
    }

    [Fact]
    public void Reaped_process_is_gone()
    {
        using Process target = Tool.StartWaiting();
        Assert.Equal(ProcfsStatus.Ok, _live.ReadStat((uint)target.Id, out ProcessStat stat));
        Assert.NotEqual(0UL, stat.StartStack);
        Assert.True(_live.IsSameProcess((uint)target.Id, stat.StartBoottimeNs));

        Tool.Stop(target);

        Assert.Equal(ProcfsStatus.ProcessGone, _live.Read((uint)target.Id, out _));
        Assert.False(_live.IsSameProcess((uint)target.Id, stat.StartBoottimeNs));
    }
}
