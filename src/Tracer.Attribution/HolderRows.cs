// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Wire;

namespace Tracer.Attribution;

/// <summary>The holder rows of one scan, by socket.</summary>
internal sealed class HolderRows(int limit)
{
    private readonly record struct Row(DescriptorHolder Holder, TcpState State, int Next);

    private readonly Dictionary<SocketKey, int> _byKey = [];
    private readonly Dictionary<ulong, int> _bySockKey = []; // rows without a cookie
    private readonly List<Row> _rows = [];
    private readonly List<DescriptorHolder> _found = [];

    /// <summary>False once a row was refused: absence proves nothing any more.</summary>
    public bool IsComplete { get; private set; } = true;

    public void Clear()
    {
        _byKey.Clear();
        _bySockKey.Clear();
        _rows.Clear();
        IsComplete = true;
    }

    public bool TryAdd(in TcpHolder row)
    {
        if (_rows.Count >= limit)
            return IsComplete = false;
        ref int head = ref row.Cookie != 0
            ? ref CollectionsMarshal.GetValueRefOrAddDefault(_byKey, new SocketKey(row.Cookie, row.Netns), out _)
            : ref CollectionsMarshal.GetValueRefOrAddDefault(_bySockKey, row.SockKey, out _);
        DescriptorHolder holder = new(new ProcessKey(row.Pid, row.StartBoottimeNs), row.Fd, row.Comm);
        _rows.Add(new Row(holder, (TcpState)row.State, head));
        head = _rows.Count; // index plus one: the default of a new head means none
        return true;
    }

    /// <summary>Some row shows the socket in this state.</summary>
    public bool Shows(SocketKey key, ulong sockKey, TcpState state)
    {
        for (int index = First(key, sockKey); index > 0; index = _rows[index - 1].Next)
        {
            if (_rows[index - 1].State == state)
                return true;
        }
        return false;
    }

    /// <summary>
    /// The holders of a socket, sorted, without those whose process has ended; <paramref name="previous"/> itself if nothing changed.
    /// <paramref name="sockKey"/> joins rows without a cookie; 0: not known in this scan.
    /// </summary>
    public DescriptorHolder[] Collect(SocketKey key, ulong sockKey, RecentExits exits, DescriptorHolder[] previous)
    {
        _found.Clear();
        for (int index = First(key, sockKey); index > 0; index = _rows[index - 1].Next)
        {
            DescriptorHolder holder = _rows[index - 1].Holder;
            if (!exits.Contains(holder.Process))
                _found.Add(holder);
        }
        _found.Sort(Compare);
        Span<DescriptorHolder> found = CollectionsMarshal.AsSpan(_found);
        found = found[..Unique(found)];
        return found.SequenceEqual(previous) ? previous : found.ToArray();
    }

    private int First(SocketKey key, ulong sockKey)
    {
        if (_byKey.TryGetValue(key, out int index))
            return index;
        return sockKey != 0 && _bySockKey.TryGetValue(sockKey, out index) ? index : 0;
    }

    private static int Unique(Span<DescriptorHolder> sorted)
    {
        int count = 0;
        foreach (DescriptorHolder holder in sorted)
        {
            if (count == 0 || Compare(sorted[count - 1], holder) != 0)
                sorted[count++] = holder;
        }
        return count;
    }

    private static int Compare(DescriptorHolder left, DescriptorHolder right)
    {
        int byPid = left.Process.Pid.CompareTo(right.Process.Pid);
        if (byPid != 0)
            return byPid;
        int byStart = left.Process.StartBoottimeNs.CompareTo(right.Process.StartBoottimeNs);
        return byStart != 0 ? byStart : left.Fd.CompareTo(right.Fd);
    }
}
