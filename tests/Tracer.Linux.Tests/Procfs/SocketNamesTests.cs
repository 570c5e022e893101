// SPDX-License-Identifier: Apache-2.0
using System.Net;
using System.Net.Sockets;
using Tracer.Linux.Procfs;
using Xunit;

namespace Tracer.Linux.Tests.Procfs;

public sealed class SocketNamesTests
{
    [Fact]
    public void Sockets_of_every_table_have_their_names()
    {
        Dictionary<ulong, string> names = new SocketNames(TestData.Procfs("host")).Find(
            812, [28411, 28500, 28501, 28600, 28601, 28602, 28700, 28701, 28800, 28801, 4711]);
        Assert.Equal(
            new Dictionary<ulong, string>
            {
                [28411] = "tcp listening 0.0.0.0:8080",
                [28500] = "tcp 127.0.0.1:40122 -> 127.0.0.1:3306 ESTABLISHED",
                [28501] = "tcp 10.0.0.5:443 -> 10.0.0.9:54000 CLOSE_WAIT",
                [28600] = "tcp listening [::]:22",
                [28601] = "tcp 10.0.0.5:443 -> 10.0.0.9:54002 ESTABLISHED",
                [28602] = "tcp [2001:db8::1]:50000 -> [2001:db8::2]:8080 SYN_SENT",
                [28700] = "udp 127.0.0.1:53",
                [28701] = "udp 127.0.0.1:40000 -> 127.0.0.1:53",
                [28800] = "unix /run/php/php 8.2.sock",
                [28801] = "unix",
            },
            names);
    }

    [Fact]
    public void Broken_lines_name_nothing_and_texts_are_sanitized()
    {
        Dictionary<ulong, string> names = new SocketNames(TestData.Procfs("hostile")).Find(16, [5, 6, 7, 8, 9, 10, 0]);
        Assert.Equal(
            new Dictionary<ulong, string>
            {
                [6] = "tcp listening 127.0.0.1:8080",
                [8] = "tcp listening 127.0.0.1:8081",
                [9] = "tcp 127.0.0.1:8081 -> 127.0.0.1:8082",
                [10] = "unix \uFFFD[2J/path",
            },
            names);
    }

    [Fact]
    public void Without_tables_there_are_no_names() => Assert.Empty(new SocketNames(TestData.Procfs("host")).Find(2, [1]));

    [Fact]
    public void Own_connection_is_found_by_its_inode()
    {
        using var listener = new TcpListener(IPAddress.IPv6Loopback, 0);
        listener.Start();
        using var client = new TcpClient(AddressFamily.InterNetworkV6);
        client.Connect((IPEndPoint)listener.LocalEndpoint);
        var sockets = new List<SocketDescriptor>();
        new DescriptorReader(new ProcfsRoot()).ReadSockets((uint)Environment.ProcessId, 100_000, sockets, out _);
        ulong inode = sockets.Single(socket => socket.Fd == (uint)client.Client.Handle).Inode;

        Dictionary<ulong, string> names = new SocketNames(new ProcfsRoot()).Find((uint)Environment.ProcessId, [inode]);

        Assert.Equal($"tcp {client.Client.LocalEndPoint} -> {client.Client.RemoteEndPoint} ESTABLISHED", names[inode]);
    }
}
