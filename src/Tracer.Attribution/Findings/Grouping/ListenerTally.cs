// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution.Findings.Grouping;

/// <summary>The listeners that sockets came through.</summary>
internal sealed class ListenerTally
{
    private readonly Dictionary<SocketKey, (ListenerFacts Facts, ulong Sockets)> _listeners = [];

    /// <summary>The one of most sockets, as last scanned; null: none is known.</summary>
    public ListenerFacts? Main => _listeners.Count == 0 ? null : _listeners.Values.MaxBy(listener => listener.Sockets).Facts;

    public IEnumerable<(ListenerFacts Facts, ulong Sockets)> All => _listeners.Values;

    public void Add(ListenerFacts listener, ulong sockets = 1)
    {
        SocketKey key = new(listener.Cookie, listener.Netns);
        (ListenerFacts? known, ulong count) = _listeners.GetValueOrDefault(key);
        bool isNewer = known is null || listener.ScanKtimeNs >= known.ScanKtimeNs;
        _listeners[key] = (isNewer ? listener : known!, count + sockets);
    }

    public void Add(ListenerTally other)
    {
        foreach ((ListenerFacts listener, ulong sockets) in other._listeners.Values)
            Add(listener, sockets);
    }
}
