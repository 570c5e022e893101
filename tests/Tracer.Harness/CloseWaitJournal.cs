// SPDX-License-Identifier: Apache-2.0
using System.Text;
using CloseWait.V1;
using Kind = CloseWait.V1.CloseWaitChange.Types.Kind;

namespace Tracer.Harness;

/// <summary>Follows WatchCloseWaits and keeps every change by socket cookie.</summary>
public sealed class CloseWaitJournal : IAsyncDisposable
{
    private readonly StreamFollower<WatchCloseWaitsResponse> _stream;
    private readonly Dictionary<ulong, List<CloseWaitChange>> _changes = [];
    private ulong _lastSequence;
    private SnapshotDone? _snapshot;

    public CloseWaitJournal(Daemon daemon, SocketFilter? filter = null)
    {
        _stream = new(daemon.Client.WatchCloseWaits(new WatchCloseWaitsRequest { Filter = filter ?? new SocketFilter() }), Apply);
    }

    /// <summary>Changes that the daemon said it could not deliver.</summary>
    public ulong Lost { get; private set; }

    public Task<SnapshotDone> Snapshot(TimeSpan? limit = null) =>
        Deadline.Until("the snapshot is complete", () => Task.FromResult(_snapshot), limit);

    /// <summary>Everything said about one socket so far.</summary>
    public List<CloseWaitChange> Of(ulong cookie)
    {
        lock (_changes)
            return _changes.TryGetValue(cookie, out List<CloseWaitChange>? changes) ? [.. changes] : [];
    }

    /// <summary>Everything said so far.</summary>
    public List<CloseWaitChange> All()
    {
        lock (_changes)
            return [.. _changes.Values.SelectMany(changes => changes)];
    }

    /// <summary>Waits for the first change of this socket that fits, and returns its record.</summary>
    public async Task<SocketRecord> Until(ulong cookie, string what, Func<CloseWaitChange, bool> condition, TimeSpan? limit = null)
    {
        CloseWaitChange change = await Deadline.Until(
            what,
            () =>
            {
                _stream.ThrowIfFaulted();
                return Task.FromResult(Of(cookie).Find(candidate => condition(candidate)));
            },
            limit,
            () => Describe(cookie));
        return change.Socket;
    }

    public Task<SocketRecord> UntilEntered(ulong cookie, TimeSpan? limit = null) =>
        Until(cookie, "the socket enters CLOSE_WAIT", change => change.Kind == Kind.Entered, limit);

    public Task<SocketRecord> UntilExited(ulong cookie, TimeSpan? limit = null) =>
        Until(cookie, "the socket leaves CLOSE_WAIT", change => change.Kind == Kind.Exited, limit);

    public Task<SocketRecord> UntilReleased(ulong cookie, TimeSpan? limit = null) =>
        Until(cookie, "the last descriptor is closed", change => change.Kind == Kind.Released, limit);

    public Task<SocketRecord> UntilHeld(ulong cookie, TimeSpan? limit = null) =>
        Until(cookie, "a holder is known", change => change.Socket.Holders.Count > 0, limit);

    public string Describe(ulong cookie)
    {
        StringBuilder text = new($"all that was said about socket {cookie}:");
        foreach (CloseWaitChange change in Of(cookie))
            text.Append('\n').Append(change);
        return text.ToString();
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private void Apply(WatchCloseWaitsResponse message)
    {
        if (message.Sequence != ++_lastSequence)
            throw new InvalidOperationException($"sequence {message.Sequence} instead of {_lastSequence}");
        switch (message.ItemCase)
        {
            case WatchCloseWaitsResponse.ItemOneofCase.Changes:
                lock (_changes)
                    foreach (CloseWaitChange change in message.Changes.Changes)
                        Keep(change);
                break;
            case WatchCloseWaitsResponse.ItemOneofCase.SnapshotDone:
                _snapshot = message.SnapshotDone;
                break;
            case WatchCloseWaitsResponse.ItemOneofCase.Lost:
                Lost += message.Lost.Count;
                break;
        }
    }

    private void Keep(CloseWaitChange change)
    {
        if (!_changes.TryGetValue(change.Socket.Cookie, out List<CloseWaitChange>? changes))
            _changes[change.Socket.Cookie] = changes = [];
        changes.Add(change);
    }
}
