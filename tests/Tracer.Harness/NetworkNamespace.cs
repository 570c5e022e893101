// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Harness;

/// <summary>An own network namespace with its loopback device up.</summary>
public sealed class NetworkNamespace : IAsyncDisposable
{
    private static int _count;

    private NetworkNamespace(string name, uint inode)
    {
        Name = name;
        Inode = inode;
    }

    public string Name { get; }

    /// <summary>What the product calls `netns`.</summary>
    public uint Inode { get; }

    public static async Task<NetworkNamespace> Create()
    {
        string name = $"cw-test-{Environment.ProcessId}-{Interlocked.Increment(ref _count)}";
        await Command.MustRun("ip", "netns", "add", name);
        try
        {
            await Command.MustRun("ip", "-n", name, "link", "set", "lo", "up");
            string link = await Command.MustRun("ip", "netns", "exec", name, "readlink", "/proc/self/ns/net");
            return new NetworkNamespace(name, InodeOf(link));
        }
        catch
        {
            await Command.Run("ip", "netns", "delete", name);
            throw;
        }
    }

    public static string HostLink => new FileInfo("/proc/self/ns/net").LinkTarget ?? "";

    public static uint HostInode => InodeOf(HostLink);

    public Task SetLoopback(bool up) => Command.MustRun("ip", "-n", Name, "link", "set", "lo", up ? "up" : "down");

    /// <summary>Loopback packets are handled by all processors from now on, which interrupt each other for it (receive packet steering).</summary>
    public Task SteerLoopback() => Command.MustRun(
        "ip", "netns", "exec", Name, "sh", "-c", $"echo {(1u << Math.Min(Environment.ProcessorCount, 31)) - 1:x} > /sys/class/net/lo/queues/rx-0/rps_cpus");

    public Child Start(string program, params string[] arguments) =>
        Child.Start("ip", ["netns", "exec", Name, program, .. arguments]);

    public async ValueTask DisposeAsync() => await Command.MustRun("ip", "netns", "delete", Name);

    private static uint InodeOf(string link) => uint.Parse(link.Trim().TrimEnd(']').Split('[')[1]);
}
