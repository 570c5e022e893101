// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Xunit;
using Kind = CloseWait.V1.CloseWaitChange.Types.Kind;
using Place = CloseWait.V1.EventsLost.Types.Place;

namespace Tracer.Api.Tests.Given;

/// <summary>
/// What a client that obeys the stream believes: what exists, entered or changed is there, what exited is not, and after a loss of
/// its own everything is told anew.
/// </summary>
internal sealed class CloseWaitView
{
    private readonly Dictionary<ulong, SocketRecord> _sockets = [];
    private ulong _sequence;

    /// <summary>The newest version of each socket; tests count versions in bytes_received.</summary>
    public IReadOnlyDictionary<ulong, SocketRecord> Sockets => _sockets;

    public ulong Snapshots { get; private set; }

    public ulong Delivered { get; private set; }

    public ulong Lost { get; private set; }

    public ulong Heartbeats { get; private set; }

    public List<EventsLost> Losses { get; } = [];

    public void Take(WatchCloseWaitsResponse response)
    {
        Assert.Equal(++_sequence, response.Sequence);
        switch (response.ItemCase)
        {
            case WatchCloseWaitsResponse.ItemOneofCase.Changes:
                Assert.InRange(response.Changes.Changes.Count, 1, 256);
                foreach (CloseWaitChange change in response.Changes.Changes)
                    Take(change);
                break;
            case WatchCloseWaitsResponse.ItemOneofCase.SnapshotDone:
                Snapshots++;
                break;
            case WatchCloseWaitsResponse.ItemOneofCase.Lost:
                Take(response.Lost);
                break;
            case WatchCloseWaitsResponse.ItemOneofCase.Heartbeat:
                Heartbeats++;
                break;
            default:
                Assert.Fail("a message without an item");
                break;
        }
    }

    private void Take(CloseWaitChange change)
    {
        ulong cookie = change.Socket.Cookie;
        if (change.Kind == Kind.Existing)
        {
            Assert.True(_sockets.TryAdd(cookie, change.Socket), "a snapshot tells every socket once");
            return;
        }
        Delivered++;
        // A gap would show as a wrong end, a repetition as a version that does not grow.
        if (_sockets.TryGetValue(cookie, out SocketRecord? known))
            Assert.True(change.Socket.BytesReceived > known.BytesReceived, "a change was told twice or out of order");
        if (change.Kind is Kind.Exited or Kind.Released)
            _sockets.Remove(cookie);
        else
            _sockets[cookie] = change.Socket;
    }

    private void Take(EventsLost lost)
    {
        Losses.Add(lost);
        if (lost.Place != Place.Subscriber)
            return;
        Lost += lost.Count;
        Assert.Equal(Lost, lost.Total);
        _sockets.Clear();
    }
}
