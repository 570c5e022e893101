// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Tracer.Linux.Procfs;
using Xunit;

namespace Tracer.Linux.Tests.Procfs;

public sealed class NetCounterReaderTests
{
    private static readonly NetCounterGroup Group = new("net/netstat", "TcpExt", ["ListenOverflows", "TCPTimeouts"]);

    [Fact]
    public void Recorded_counters_are_found_by_name_in_a_fixed_order() =>
        Assert.Equal(
            [
                ("TcpExt.ListenOverflows", 130ul), ("TcpExt.ListenDrops", 131ul), ("TcpExt.TCPAbortOnClose", 4ul), ("TcpExt.TCPAbortOnMemory", 5ul),
                ("TcpExt.TCPAbortOnTimeout", 6ul), ("TcpExt.TCPKeepAlive", 481_892ul), ("TcpExt.TCPTimeouts", 3803ul),
                ("Tcp.AttemptFails", 6823ul), ("Tcp.EstabResets", 4630ul), ("Tcp.InErrs", 3ul), ("Tcp.OutRsts", 11_034ul),
                ("Tcp.RetransSegs", 3735ul),
            ],
            Read(TestData.Procfs("host")));

    [Fact]
    public void Numbers_that_are_none_are_left_out_and_values_are_never_given_to_other_names() =>
        Assert.Equal([("TcpExt.ListenOverflows", 7ul), ("TcpExt.TCPAbortOnClose", 9ul), ("Tcp.OutRsts", 3ul)], Read(TestData.Procfs("hostile")));

    [Fact]
    public void Without_the_files_there_is_nothing() => Assert.Empty(Read(new ProcfsRoot(TestData.Folder("procfs", "no-such-tree"))));

    [Fact]
    public void This_kernel_has_every_one_of_them() => Assert.Equal(12, Read(new ProcfsRoot()).Count());

    [Theory]
    [InlineData("", "")]
    [InlineData("TcpExt: ListenOverflows\nTcpExt: 5", "TcpExt.ListenOverflows=5")]
    [InlineData("TcpExt:  ListenOverflows   X \nTcpExt: 5   6 \n", "TcpExt.ListenOverflows=5")]
    [InlineData("TcpExt:ListenOverflows\nTcpExt:5\n", "TcpExt.ListenOverflows=5")]
    [InlineData("TcpExt: ListenOverflows", "")]
    [InlineData("TcpExt: ListenOverflows\nTcpExt:\n", "")]
    [InlineData("TcpExt: ListenOverflows\n\nTcpExt: 5\n", "")]
    [InlineData("TcpExt: ListenOverflows ListenOverflows\nTcpExt: 5 6\n", "TcpExt.ListenOverflows=5")]
    [InlineData("MPTcpExt: ListenOverflows\nMPTcpExt: 5\nTcpExt: TCPTimeouts\nTcpExt: 8\n", "TcpExt.TCPTimeouts=8")]
    [InlineData("TcpExt: A ListenOverflows\nTcpExt: \u0000 5\n", "TcpExt.ListenOverflows=5")]
    public void Two_lines_belong_together(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', NetCounterReader.Parse(Encoding.UTF8.GetBytes(text), Group).Select(counter => $"{counter.Key}={counter.Value}")));

    private static IEnumerable<(string Name, ulong Value)> Read(ProcfsRoot root) =>
        new NetCounterReader(root).Read().Select(counter => (counter.Key, counter.Value));
}
