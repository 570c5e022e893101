// SPDX-License-Identifier: Apache-2.0
using Tracer.Api;
using Tracer.Linux.Procfs;
using Tracer.Tests.Fake;

namespace Tracer.Tests;

public sealed class NetCountersTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Counters_are_told_since_boot_and_since_the_start()
    {
        Record(overflows: 100, resets: 50);
        NetCounters counters = new(new ProcfsRoot(_folder.PathOf(".")));
        Record(overflows: 107, resets: 60);
        Assert.Equal([new KernelCounterValue("TcpExt.ListenOverflows", 107, 7), new KernelCounterValue("Tcp.EstabResets", 60, 10)], counters.Read());
    }

    [Fact]
    public void What_could_not_be_read_at_the_start_has_not_grown_as_far_as_anybody_knows()
    {
        NetCounters counters = new(new ProcfsRoot(_folder.PathOf(".")));
        Record(overflows: 107, resets: 20);
        Assert.Equal(new KernelCounterValue("TcpExt.ListenOverflows", 107, 0), counters.Read()[0]);
    }

    [Fact]
    public void The_network_namespace_that_they_are_of_is_known()
    {
        Assert.Equal($"net:[{new NetCounters(new ProcfsRoot()).Netns}]", new FileInfo("/proc/self/ns/net").LinkTarget);
        Assert.Equal(0u, new NetCounters(new ProcfsRoot(_folder.PathOf("."))).Netns);
    }

    private void Record(int overflows, int resets)
    {
        Directory.CreateDirectory(_folder.PathOf("net"));
        _folder.Write("net/netstat", $"TcpExt: ListenOverflows\nTcpExt: {overflows}\n");
        _folder.Write("net/snmp", $"Tcp: EstabResets\nTcp: {resets}\n");
    }
}
