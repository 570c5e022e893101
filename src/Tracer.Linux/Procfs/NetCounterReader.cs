// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Text;

namespace Tracer.Linux.Procfs;

/// <summary>
/// Reads counters of the kernel's TCP from /proc/net/netstat and /proc/net/snmp, of the network namespace that the main thread is in. Stateless.
/// </summary>
public sealed class NetCounterReader(ProcfsRoot root)
{
    private const int MaxBytes = 64 * 1024;

    private static readonly NetCounterGroup[] Groups =
    [
        new("net/netstat", "TcpExt", [
            "ListenOverflows", "ListenDrops", "TCPAbortOnClose", "TCPAbortOnMemory", "TCPAbortOnTimeout", "TCPKeepAlive", "TCPTimeouts"]),
        new("net/snmp", "Tcp", ["AttemptFails", "EstabResets", "InErrs", "OutRsts", "RetransSegs"]),
    ];

    /// <summary>By names as in "TcpExt.ListenOverflows", in a fixed order. What the kernel does not have, or cannot be read, is missing.</summary>
    public IReadOnlyList<KeyValuePair<string, ulong>> Read()
    {
        List<KeyValuePair<string, ulong>> counters = [];
        foreach (NetCounterGroup group in Groups)
        {
            root.Read(group.File, MaxBytes, out byte[] text);
            counters.AddRange(Parse(text, group));
        }

        return counters;
    }

    /// <summary>Two lines belong together: the names, then the values, with the same word before them.</summary>
    internal static IEnumerable<KeyValuePair<string, ulong>> Parse(byte[] text, NetCounterGroup group)
    {
        Dictionary<string, ulong> found = [];
        ReadOnlySpan<byte> names = default;
        foreach (Range range in text.AsSpan().Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = text.AsSpan()[range];
            if (!line.StartsWith(group.Prefix))
                names = default;
            else if (names.IsEmpty)
                names = line[group.Prefix.Length..];
            else
            {
                Match(names, line[group.Prefix.Length..], group, found);
                names = default;
            }
        }

        return group.Names.Where(found.ContainsKey).Select(name => KeyValuePair.Create($"{group.Title}.{name}", found[name]));
    }

    private static void Match(ReadOnlySpan<byte> names, ReadOnlySpan<byte> values, NetCounterGroup group, Dictionary<string, ulong> found)
    {
        while (TryTake(ref names, out ReadOnlySpan<byte> name) && TryTake(ref values, out ReadOnlySpan<byte> value))
        {
            if (group.Find(name) is { } wanted && Utf8Parser.TryParse(value, out ulong number, out int used) && used == value.Length)
                found.TryAdd(wanted, number);
        }
    }

    private static bool TryTake(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> word)
    {
        rest = rest.TrimStart((byte)' ');
        int end = rest.IndexOf((byte)' ');
        word = end < 0 ? rest : rest[..end];
        rest = rest[word.Length..];
        return !word.IsEmpty;
    }
}
