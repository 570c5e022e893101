// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Tracer.Linux.Procfs;
using Xunit;

namespace Tracer.Linux.Tests.Procfs;

public sealed class DescriptorReaderTests
{
    private readonly DescriptorReader _host = new(TestData.Procfs("host"));
    private readonly DescriptorReader _live = new(new ProcfsRoot());

    [Fact]
    public void Sockets_are_told_from_other_descriptors_and_duplicates_kept()
    {
        var sockets = new List<SocketDescriptor>();

        Assert.Equal(ProcfsStatus.Ok, _host.ReadSockets(812, 100, sockets, out bool isTruncated));

        Assert.False(isTruncated);
        Assert.Equivalent(new SocketDescriptor[] { new(3, 28411), new(7, 28411), new(21, 4026531) }, sockets, strict: true);
    }

    [Fact]
    public void More_descriptors_than_asked_for_are_reported_as_truncated()
    {
        var sockets = new List<SocketDescriptor>();

        Assert.Equal(ProcfsStatus.Ok, _host.ReadSockets(812, 5, sockets, out bool isTruncated));

        Assert.True(isTruncated);
        Assert.Equal(ProcfsStatus.Ok, _host.ReadSockets(812, 6, sockets, out isTruncated));
        Assert.False(isTruncated);
    }

    [Fact]
    public void Malformed_links_are_not_sockets()
    {
        var sockets = new List<SocketDescriptor>();

        Assert.Equal(ProcfsStatus.Ok, new DescriptorReader(TestData.Procfs("hostile")).ReadSockets(16, 100, sockets, out _));

        Assert.Empty(sockets);
    }

    [Fact]
    public void Own_socket_is_found_under_its_descriptor()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        uint fd = (uint)socket.Handle;
        var sockets = new List<SocketDescriptor>();

        Assert.Equal(ProcfsStatus.Ok, _live.ReadSockets((uint)Environment.ProcessId, 100_000, sockets, out _));

        SocketDescriptor own = Assert.Single(sockets, s => s.Fd == fd);
        Assert.Equal($"socket:[{own.Inode}]", new FileInfo($"/proc/self/fd/{fd}").LinkTarget);
    }

    [Fact]
    public void Threads_processes_and_descriptors_are_counted_up_to_the_bound()
    {
        var threads = new List<uint>();
        Assert.Equal(ProcfsStatus.Ok, _host.ReadThreads(812, 10, threads));
        Assert.Equivalent(new uint[] { 812, 815 }, threads, strict: true);
        Assert.Equal(ProcfsStatus.Ok, _host.Count(812, 100, out int count));
        Assert.Equal(6, count);
        Assert.Equal(ProcfsStatus.Ok, _host.Count(812, 4, out count));
        Assert.Equal(4, count);

        var processes = new List<uint>();
        Assert.Equal(ProcfsStatus.Ok, _live.ReadProcesses(1_000_000, processes));
        Assert.Contains((uint)Environment.ProcessId, processes);
        Assert.Contains(1u, processes);
    }

    [Fact]
    public void The_kernels_own_count_is_that_of_the_listing()
    {
        using var child = Process.Start("sleep", "60");
        try
        {
            uint pid = (uint)child.Id;
            // It opens and closes its libraries first.
            Assert.True(SpinWait.SpinUntil(() => Count(pid, 1000) == Directory.GetFileSystemEntries($"/proc/{pid}/fd").Length, TimeSpan.FromSeconds(10)));
            Assert.Equal(2, Count(pid, 2));
        }
        finally
        {
            child.Kill();
            child.WaitForExit();
        }
        Assert.Equal(ProcfsStatus.ProcessGone, _live.Count(uint.MaxValue, 10, out int none));
        Assert.Equal(0, none);
    }

    [Fact]
    public void Process_without_a_directory_is_gone() =>
        Assert.Equal(ProcfsStatus.ProcessGone, _host.ReadSockets(99, 10, [], out _));

    private int Count(uint pid, int most)
    {
        Assert.Equal(ProcfsStatus.Ok, _live.Count(pid, most, out int count));
        return count;
    }
}
