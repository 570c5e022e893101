// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Netlink;
using Tracer.Linux.Procfs;

namespace Tracer.Bench;

/// <summary>What ss does, with the product's own readers: all sockets by sock_diag, all descriptors by /proc, joined by inode.</summary>
internal static class DescriptorWalk
{
    private const int MostSockets = 1_000_000;
    private const int MostProcesses = 100_000;

    /// <summary>The processor time of one walk in nanoseconds. Checks that it found what is there.</summary>
    public static double Measure(string netnsPath, int expected)
    {
        double began = ThreadTime.OfCaller();
        int held = CountHeld(netnsPath);
        double ns = ThreadTime.OfCaller() - began;
        return held >= expected ? ns : throw new BenchException(6, $"the walk found {held} of {expected} sockets with holders");
    }

    private static int CountHeld(string netnsPath)
    {
        List<DiagSocket> sockets = [];
        Linux.NetworkNamespace.Run(netnsPath, () => SockDiag.DumpTcp(SockDiag.AllStates, MostSockets, sockets), out _);
        Dictionary<ulong, List<(uint Pid, uint Fd)>> holders = new(sockets.Count);
        foreach (DiagSocket socket in sockets.Where(socket => socket.Inode != 0))
            holders[socket.Inode] = [];
        DescriptorReader reader = new(new ProcfsRoot());
        List<uint> processes = [];
        reader.ReadProcesses(MostProcesses, processes);
        List<SocketDescriptor> descriptors = [];
        foreach (uint pid in processes)
        {
            descriptors.Clear();
            reader.ReadSockets(pid, MostSockets, descriptors, out _);
            foreach (SocketDescriptor descriptor in descriptors)
            {
                if (holders.TryGetValue(descriptor.Inode, out List<(uint, uint)>? list))
                    list.Add((pid, descriptor.Fd));
            }
        }

        return holders.Values.Count(list => list.Count > 0);
    }
}
