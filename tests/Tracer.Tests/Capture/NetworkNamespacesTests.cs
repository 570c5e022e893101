// SPDX-License-Identifier: Apache-2.0
using Tracer.Capture;
using Tracer.Linux;
using Tracer.Tests.Fake;

namespace Tracer.Tests.Capture;

public sealed class NetworkNamespacesTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public NetworkNamespacesTests()
    {
        Directory.CreateDirectory(Proc);
        Directory.CreateDirectory(Mounted);
    }

    private string Proc => _folder.PathOf("proc");

    private string Mounted => _folder.PathOf("netns");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_namespace_is_found_once_and_the_own_one_first()
    {
        Link("1", "net:[4026531840]");
        Link("20", "net:[4026532000]");
        Link("21", "net:[4026532000]");
        Link("300", "net:[4026532111]");
        Link("thread-self", "net:[4026532111]");
        IReadOnlyList<NamespacePath> found = Find();
        Assert.Equal(new NamespacePath($"{Proc}/thread-self/ns/net", 4026532111), found[0]);
        Assert.Equal([4026531840, 4026532000, 4026532111], found.Select(n => n.Netns).Order());
        Assert.Equal($"{Proc}/1/ns/net", found.Single(n => n.Netns == 4026531840).Path);
    }

    [Theory]
    [InlineData("net:[]")]
    [InlineData("net:[-1]")]
    [InlineData("net:[ 1]")]
    [InlineData("net:[4294967296]")]
    [InlineData("net:[12")]
    [InlineData("net:12]")]
    [InlineData("mnt:[12]")]
    [InlineData("net:[1x]")]
    [InlineData("/etc/passwd")]
    public void A_link_that_names_no_network_namespace_is_passed_over(string target)
    {
        Link("5", target);
        Link("6", "net:[77]");
        Assert.Equal([new NamespacePath($"{Proc}/6/ns/net", 77)], Find());
    }

    [Fact]
    public void Entries_that_are_no_process_and_processes_that_vanished_are_passed_over()
    {
        Link("self", "net:[1]");
        Link("sys", "net:[2]");
        Directory.CreateDirectory($"{Proc}/40");
        Directory.CreateDirectory($"{Proc}/41/ns");
        File.WriteAllText($"{Proc}/42", "");
        Link("43", "net:[3]");
        Assert.Equal([3u], Find().Select(n => n.Netns));
    }

    [Fact]
    public void A_namespace_kept_by_a_mount_only_is_found()
    {
        Link("1", "net:[9]");
        string mount = $"{Mounted}/blue";
        File.WriteAllText(mount, "");
        Assert.True(NamespaceFile.TryReadInode(mount, out ulong inode));
        Assert.Equal([new NamespacePath($"{Proc}/1/ns/net", 9), new NamespacePath(mount, (uint)inode)], Find());
    }

    [Fact]
    public void Folders_that_are_missing_hold_no_namespaces() =>
        Assert.Empty(new NetworkNamespaces(_folder.PathOf("nowhere"), _folder.PathOf("nothing")).Find());

    [Fact]
    public void On_the_running_kernel_the_first_one_is_the_callers_own()
    {
        string own = new FileInfo("/proc/thread-self/ns/net").LinkTarget!;
        Assert.Equal(own, $"net:[{new NetworkNamespaces("/proc").Find()[0].Netns}]");
    }

    private IReadOnlyList<NamespacePath> Find() => new NetworkNamespaces(Proc, Mounted).Find();

    private void Link(string process, string target)
    {
        Directory.CreateDirectory($"{Proc}/{process}/ns");
        File.CreateSymbolicLink($"{Proc}/{process}/ns/net", target);
    }
}
