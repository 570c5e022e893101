// SPDX-License-Identifier: Apache-2.0
using System.Net;
using System.Net.Sockets;
using Tracer.Linux.Netlink;
using Tracer.Linux.Procfs;
using Xunit;

namespace Tracer.Linux.Tests.Netlink;

/// <summary>Real loopback sockets, in the namespace the tests run in.</summary>
public sealed class SockDiagTests
{
    private const byte Established = 1;
    private const byte CloseWait = 8;
    private const byte Listen = 10;
    private const int Many = 1_000_000;

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void Connection_that_its_peer_closed_is_seen_in_close_wait_with_its_unread_bytes(string loopback)
    {
        IPAddress address = IPAddress.Parse(loopback);
        using Socket listener = StartListener(address);
        using var client = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);
        using Socket accepted = listener.Accept();
        client.Send("12345"u8);
        client.Shutdown(SocketShutdown.Send);

        DiagSocket socket = WaitFor(SockDiag.MaskOf(CloseWait), s => s.RemotePort == PortOf(client.LocalEndPoint) && s.LocalPort == PortOf(listener.LocalEndPoint));

        Assert.Equal(CloseWait, socket.State);
        Assert.Equal(address, socket.LocalAddress.ToIPAddress());
        Assert.Equal(address, socket.RemoteAddress.ToIPAddress());
        // Five bytes, and one for the FIN.
        Assert.Equal(6u, socket.ReceiveQueue);
        Assert.Equal(InodeOf(accepted), socket.Inode);
        Assert.NotEqual(0UL, socket.Cookie);
        Assert.Equal(CookieOf(accepted), socket.Cookie);
    }

    [Fact]
    public void Listener_shows_how_many_connections_wait_and_may_wait()
    {
        using Socket listener = StartListener(IPAddress.Loopback);
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);

        DiagSocket socket = WaitFor(SockDiag.MaskOf(Listen), s => s.LocalPort == PortOf(listener.LocalEndPoint) && s.ReceiveQueue == 1);

        Assert.Equal(7u, socket.SendQueue);
        Assert.Equal(InodeOf(listener), socket.Inode);
        DiagSocket waiting = WaitFor(SockDiag.MaskOf(Established), s => s.LocalPort == PortOf(listener.LocalEndPoint));
        Assert.Equal(0u, waiting.Inode);
    }

    [Fact]
    public void State_mask_keeps_other_states_out()
    {
        using Socket listener = StartListener(IPAddress.Loopback);
        var sockets = new List<DiagSocket>();

        Assert.Equal(DiagStatus.Ok, SockDiag.DumpTcp(SockDiag.MaskOf(CloseWait), Many, sockets).Status);
        Assert.DoesNotContain(sockets, s => s.State != CloseWait);
        Assert.Equal(DiagStatus.Ok, SockDiag.DumpTcp(SockDiag.AllStates, Many, sockets).Status);
        Assert.Contains(sockets, s => s.State == Listen && s.LocalPort == PortOf(listener.LocalEndPoint));
    }

    [Fact]
    public void More_sockets_than_asked_for_are_reported_as_truncated()
    {
        using Socket first = StartListener(IPAddress.Loopback);
        using Socket second = StartListener(IPAddress.Loopback);
        var sockets = new List<DiagSocket>();

        Assert.Equal(new DiagResult(DiagStatus.Truncated), SockDiag.DumpTcp(SockDiag.MaskOf(Listen), 1, sockets));

        Assert.Single(sockets);
        // The kernel did not finish that dump: the next one must not suffer from it.
        Assert.Equal(DiagStatus.Ok, SockDiag.DumpTcp(SockDiag.MaskOf(Listen), Many, []).Status);
    }

    [Fact]
    public void Many_sockets_come_over_several_datagrams()
    {
        var listeners = Enumerable.Range(0, 600).Select(_ => StartListener(IPAddress.Loopback)).ToList();
        try
        {
            var sockets = new List<DiagSocket>();
            Assert.Equal(DiagStatus.Ok, SockDiag.DumpTcp(SockDiag.MaskOf(Listen), Many, sockets).Status);
            var ports = sockets.Select(s => s.LocalPort).ToHashSet();
            Assert.All(listeners, l => Assert.Contains((ushort)PortOf(l.LocalEndPoint), ports));
        }
        finally
        {
            listeners.ForEach(l => l.Dispose());
        }
    }

    [Fact]
    public void Socket_in_another_namespace_is_seen_only_from_there()
    {
        Assert.SkipUnless(KernelFacts.Read(new ProcfsRoot()).Capabilities.Has(LinuxCapability.SysAdmin) && Tool.Exists("unshare"), "needs CAP_SYS_ADMIN and unshare");
        using Socket listener = StartListener(IPAddress.Loopback);
        var root = new ProcfsRoot();
        using var other = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(
            "unshare", ["--net", "sh", "-c", "echo ready; exec cat"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("ready", other.StandardOutput.ReadLine());
        try
        {
            Assert.Equal(ProcfsStatus.Ok, NetworkNamespace.ReadInode(root, (uint)other.Id, out uint inner));
            Assert.Equal(ProcfsStatus.Ok, NetworkNamespace.ReadInode(root, (uint)Environment.ProcessId, out uint own));
            Assert.NotEqual(own, inner);

            var inside = new List<DiagSocket>();
            Assert.Equal(ProcfsStatus.Ok, NetworkNamespace.Run(
                root, (uint)other.Id, () => SockDiag.DumpTcp(SockDiag.AllStates, Many, inside), out DiagResult result));
            Assert.Equal(DiagStatus.Ok, result.Status);
            Assert.Empty(inside);

            var outside = new List<DiagSocket>();
            SockDiag.DumpTcp(SockDiag.MaskOf(Listen), Many, outside);
            Assert.Contains(outside, s => s.LocalPort == PortOf(listener.LocalEndPoint));
        }
        finally
        {
            Tool.Stop(other);
        }

        Assert.Equal(ProcfsStatus.ProcessGone, NetworkNamespace.Run(root, (uint)other.Id, () => 1, out int never));
        Assert.Equal(0, never);
    }

    [Fact]
    public void Exception_inside_another_namespace_reaches_the_caller()
    {
        Assert.SkipUnless(KernelFacts.Read(new ProcfsRoot()).Capabilities.Has(LinuxCapability.SysAdmin), "needs CAP_SYS_ADMIN");
        Assert.Throws<TimeoutException>(() =>
            NetworkNamespace.Run<int>(new ProcfsRoot(), (uint)Environment.ProcessId, () => throw new TimeoutException(), out _));
    }

    [Fact]
    public void Damaged_namespace_links_are_malformed()
    {
        Assert.Equal(ProcfsStatus.Ok, NetworkNamespace.ReadInode(TestData.Procfs("host"), 4242, out uint inode));
        Assert.Equal(4026532999u, inode);
        Assert.Equal(ProcfsStatus.Malformed, NetworkNamespace.ReadInode(TestData.Procfs("hostile"), 16, out _));
        Assert.Equal(ProcfsStatus.Malformed, NetworkNamespace.ReadInode(TestData.Procfs("hostile"), 14, out _));
        Assert.Equal(ProcfsStatus.ProcessGone, NetworkNamespace.ReadInode(TestData.Procfs("hostile"), 13, out _));
    }

    private static Socket StartListener(IPAddress address)
    {
        var listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(address, 0));
        listener.Listen(7);
        return listener;
    }

    private static DiagSocket WaitFor(uint stateMask, Predicate<DiagSocket> condition)
    {
        long deadline = Environment.TickCount64 + 5000;
        while (true)
        {
            var sockets = new List<DiagSocket>();
            Assert.Equal(DiagStatus.Ok, SockDiag.DumpTcp(stateMask, Many, sockets).Status);
            int index = sockets.FindIndex(condition);
            if (index >= 0)
                return sockets[index];
            Assert.True(Environment.TickCount64 < deadline, "the socket did not reach the state");
            Thread.Yield();
        }
    }

    private static int PortOf(EndPoint? endPoint) => ((IPEndPoint)endPoint!).Port;

    private static uint InodeOf(Socket socket)
    {
        string link = new FileInfo($"/proc/self/fd/{socket.Handle}").LinkTarget!;
        return uint.Parse(link["socket:[".Length..^1], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static ulong CookieOf(Socket socket)
    {
        const int SOL_SOCKET = 1, SO_COOKIE = 57;
        var cookie = new byte[sizeof(ulong)];
        Assert.Equal(sizeof(ulong), socket.GetRawSocketOption(SOL_SOCKET, SO_COOKIE, cookie));
        return BitConverter.ToUInt64(cookie);
    }
}
