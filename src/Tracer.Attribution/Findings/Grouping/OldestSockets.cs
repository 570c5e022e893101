// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution.Findings.Grouping;

/// <summary>The first few of many sockets that entered CLOSE_WAIT.</summary>
internal sealed class OldestSockets
{
    private const int Most = 3;

    private readonly List<(ulong EnterKtimeNs, SocketKey Key)> _oldest = [];
    private TrackedSocket _first;

    /// <summary>The very first, as an example of all.</summary>
    public ref readonly TrackedSocket First => ref _first;

    public IReadOnlyList<SocketKey> Keys => [.. _oldest.Select(socket => socket.Key)];

    public void Add(in TrackedSocket socket)
    {
        if (Insert(socket.EnterKtimeNs, socket.Key))
            _first = socket;
    }

    public void Add(OldestSockets other)
    {
        foreach ((ulong enterKtimeNs, SocketKey key) in other._oldest)
        {
            if (Insert(enterKtimeNs, key))
                _first = other._first;
        }
    }

    // True if it is the first now. Equal times are told apart, so that the examples do not depend on the order of adding.
    private bool Insert(ulong enterKtimeNs, SocketKey key)
    {
        int place = _oldest.Count;
        while (place > 0 && (enterKtimeNs, key.Cookie).CompareTo((_oldest[place - 1].EnterKtimeNs, _oldest[place - 1].Key.Cookie)) < 0)
            place--;
        if (place >= Most)
            return false;
        _oldest.Insert(place, (enterKtimeNs, key));
        if (_oldest.Count > Most)
            _oldest.RemoveAt(Most);
        return place == 0;
    }
}
