// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Cgroups;
using Tracer.Linux.Procfs;
using Xunit;

namespace Tracer.Linux.Tests.Procfs;

/// <summary>Every parser of a process's files, fed with damaged copies of real ones.</summary>
public sealed class ProcfsFuzzTests
{
    private const int Rounds = 20_000;

    [Fact]
    public void Mutated_stat_never_throws_and_never_yields_a_control_character() => Mutate("/proc/self/stat", text =>
    {
        if (ProcessStat.TryParse(text, out ProcessStat stat))
            Assert.DoesNotContain(stat.Comm, char.IsControl);
    });

    [Fact]
    public void Mutated_status_never_throws() => Mutate("/proc/self/status", static text => ProcessStatusFile.Parse(text));

    [Fact]
    public void Mutated_limits_never_throw() => Mutate("/proc/self/limits", static text => ResourceLimit.Parse(text, "Max open files"u8));

    [Fact]
    public void Mutated_cgroup_never_throws_and_never_yields_a_control_character() => Mutate("/proc/self/cgroup", static text =>
    {
        CgroupMembership membership = CgroupMembership.Parse(text);
        Assert.DoesNotContain(membership.Path + membership.Unit + membership.ContainerId, char.IsControl);
    });

    [Fact]
    public void Mutated_mounts_never_throw() => Mutate("/proc/self/mounts", static text => CgroupPaths.FindMount(text));

    [Fact]
    public void Mutated_counters_never_throw_and_no_name_is_told_twice() => Mutate("/proc/net/netstat", static text =>
    {
        var group = new NetCounterGroup("", "TcpExt", ["ListenOverflows", "TCPTimeouts", "ListenDrops"]);
        Assert.InRange(NetCounterReader.Parse(text, group).DistinctBy(counter => counter.Key).Count(), 0, 3);
    });

    [Fact]
    public void Mutated_thread_files_never_throw_and_never_yield_a_control_character()
    {
        Mutate("/proc/self/status", static text => ThreadReader.ParseSwitches(text));
        Mutate("/proc/self/wchan", static text => Assert.DoesNotContain(ThreadReader.ParseWaitChannel(text), char.IsControl));
        Mutate(Path.Combine(TestData.Folder("procfs", "host"), "812", "task", "812", "syscall"), static text => SyscallState.Parse(text));
    }

    [Fact]
    public void Mutated_descriptor_links_never_throw_and_never_yield_a_control_character()
    {
        foreach (string link in (string[])["socket:[28411]", "anon_inode:[eventpoll]", "pipe:[5]", "/var/log/a b"])
            Mutate(System.Text.Encoding.UTF8.GetBytes(link), static text => Assert.DoesNotContain(DescriptorLink.Parse(text).Text, char.IsControl));
    }

    [Fact]
    public void Mutated_socket_tables_never_throw_and_never_yield_a_control_character()
    {
        var wanted = new HashSet<ulong>([.. Enumerable.Range(0, 100).Select(static number => (ulong)number), 28411, 28500, 28601, 28800]);
        string folder = Path.Combine(TestData.Folder("procfs", "host"), "812", "net");
        foreach (string line in File.ReadAllLines(Path.Combine(folder, "tcp")).Concat(File.ReadAllLines(Path.Combine(folder, "tcp6"))))
            Mutate(System.Text.Encoding.UTF8.GetBytes(line), text => Assert.True(!InternetSocketLine.TryParse(text, "tcp", wanted, out _, out string name) || !name.Any(char.IsControl)));
        foreach (string line in File.ReadAllLines(Path.Combine(folder, "unix")))
            Mutate(System.Text.Encoding.UTF8.GetBytes(line), text => Assert.True(!UnixSocketLine.TryParse(text, wanted, out _, out string name) || !name.Any(char.IsControl)));
    }

    private static void Mutate(string path, Action<byte[]> parse) => Mutate(File.ReadAllBytes(path), parse);

    private static void Mutate(byte[] original, Action<byte[]> parse)
    {
        var random = new Random(42);
        for (int i = 0; i < Rounds; i++)
        {
            byte[] text = original[..random.Next(original.Length + 1)];
            for (int flips = random.Next(0, 12); flips > 0 && text.Length > 0; flips--)
                text[random.Next(text.Length)] = random.Next(3) == 0 ? (byte)"\n\t ():/-0"[random.Next(9)] : (byte)random.Next(256);
            parse(text);
        }
    }
}
