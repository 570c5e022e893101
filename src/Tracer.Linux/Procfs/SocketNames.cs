// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux.Procfs;

/// <summary>
/// Says what sockets are, by their inodes: from /proc/PID/net, which shows the network namespace of that very process. Stateless.
/// </summary>
public sealed class SocketNames(ProcfsRoot root)
{
    // 100,000 connections; a listener comes before all of them.
    private const long MaxBytes = 16 * 1024 * 1024;

    private static readonly (string File, string Protocol)[] Tables =
        [("net/tcp", "tcp"), ("net/tcp6", "tcp"), ("net/udp", "udp"), ("net/udp6", "udp"), ("net/unix", "unix")];

    /// <summary>
    /// "tcp 10.0.0.1:40122 -> 10.0.0.2:3306 ESTABLISHED", "tcp listening 0.0.0.0:80", "udp 0.0.0.0:53", "unix /run/x". Sockets of other kinds, and those that
    /// are in no table because they are not connected (any more), are missing.
    /// </summary>
    public Dictionary<ulong, string> Find(uint pid, IEnumerable<ulong> inodes)
    {
        var wanted = new HashSet<ulong>(inodes);
        var names = new Dictionary<ulong, string>();
        foreach ((string file, string protocol) in Tables)
        {
            if (wanted.Count == 0)
                break;
            root.ReadLines(pid, file, MaxBytes, line =>
            {
                bool isWanted = protocol == "unix"
                    ? UnixSocketLine.TryParse(line, wanted, out ulong inode, out string name)
                    : InternetSocketLine.TryParse(line, protocol, wanted, out inode, out name);
                if (isWanted && wanted.Remove(inode))
                    names.Add(inode, name);
                return wanted.Count > 0;
            });
        }

        return names;
    }
}
