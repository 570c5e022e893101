// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Cgroups;
using Tracer.Linux.Procfs;
using Xunit;

namespace Tracer.Linux.Tests.Cgroups;

public sealed class CgroupPathsTests
{
    [Fact]
    public void Mount_point_is_found_and_its_escapes_undone() =>
        Assert.Equal("/sys/fs/my cgroups/uni\\fied", CgroupPaths.Find(TestData.Procfs("host"))!.MountPoint);

    [Fact]
    public void Host_without_a_unified_hierarchy_has_no_paths() => Assert.Null(CgroupPaths.Find(TestData.Procfs("hostile")));

    [Fact]
    public void Walk_finds_every_directory_by_its_inode()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["a.slice/b.service/c"]);
        Directory.CreateDirectory(folder["d"]);
        File.WriteAllText(folder["cgroup.procs"], "");
        var found = new Dictionary<string, ulong>();

        CgroupWalk.Run(folder.Path, (id, path) => found.Add(path, id));

        var paths = new CgroupPaths(new ProcfsRoot(), folder.Path);
        Assert.Equivalent(new[] { "/a.slice", "/a.slice/b.service", "/a.slice/b.service/c", "/d" }, found.Keys, strict: true);
        Assert.All(found, pair => Assert.Equal(paths.IdOf(pair.Key), pair.Value));
    }

    [Fact]
    public void Hierarchy_whose_handles_are_refused_is_walked_and_not_more_often_than_allowed()
    {
        // A plain directory knows no cgroup handles, as a container without CAP_DAC_READ_SEARCH does not.
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["first"]);
        var time = new ManualTime();
        var paths = new CgroupPaths(new ProcfsRoot(), folder.Path, time);
        Assert.Equal("/first", paths.Resolve(paths.IdOf("/first")!.Value));
        Assert.Equal("/", paths.Resolve(paths.IdOf("/")!.Value));

        Directory.CreateDirectory(folder["second"]);
        ulong second = paths.IdOf("/second")!.Value;
        Assert.Equal("", paths.Resolve(second));
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal("/second", paths.Resolve(second));
        Assert.Equal("/second", paths.FindCached(second));
    }

    [Fact]
    public void Name_of_a_cgroup_outlives_it()
    {
        CgroupPaths? paths = CgroupPaths.Find(new ProcfsRoot());
        Assert.SkipWhen(paths is null, "no cgroup2 mount");
        string name = $"/closewait-test-{Environment.ProcessId}";
        Assert.SkipUnless(TryCreate(paths.MountPoint + name), "cgroup2 is not writable");
        ulong id;
        try
        {
            id = paths.IdOf(name)!.Value;
            Assert.Equal(name, paths.Resolve(id));
        }
        finally
        {
            Directory.Delete(paths.MountPoint + name);
        }

        Assert.Equal(name, paths.Resolve(id));
        Assert.Equal("", CgroupPaths.Find(new ProcfsRoot())!.Resolve(id));
        Assert.Null(paths.IdOf(name));
    }

    [Fact]
    public void Root_cgroup_is_a_slash_and_zero_is_nothing()
    {
        CgroupPaths? paths = CgroupPaths.Find(new ProcfsRoot());
        Assert.SkipWhen(paths is null, "no cgroup2 mount");

        Assert.Equal("/", paths.Resolve(paths.IdOf("/")!.Value));
        Assert.Equal("", paths.Resolve(0));
    }

    private static bool TryCreate(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
            return true;
        }
        catch (Exception refused) when (refused is UnauthorizedAccessException or IOException)
        {
            return false;
        }
    }
}
