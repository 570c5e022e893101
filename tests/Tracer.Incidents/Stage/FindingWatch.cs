// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Google.Protobuf.WellKnownTypes;
using Tracer.Harness;
using Xunit;

namespace Tracer.Incidents.Stage;

/// <summary>Follows the findings about one incident, five times a second, and keeps all that was ever said.</summary>
internal sealed class FindingWatch : IAsyncDisposable
{
    private readonly StreamFollower<WatchFindingsResponse> _stream;
    private readonly List<FindingChange> _changes = [];

    public FindingWatch(Daemon daemon, Incident incident)
    {
        SocketFilter filter = new() { Ports = { incident.Ports.Select(port => (uint)port) } };
        WatchFindingsRequest request = new()
        {
            Filter = filter,
            Period = Duration.FromTimeSpan(TimeSpan.FromSeconds(0.2)),
            HeartbeatPeriod = Duration.FromTimeSpan(TimeSpan.FromSeconds(1)),
        };
        _stream = new(daemon.Client.WatchFindings(request), Take);
    }

    /// <summary>Messages, heartbeats among them: somebody looks.</summary>
    public int Messages { get; private set; }

    public void AssertNone()
    {
        Assert.False(_stream.Reading.IsCompleted, $"the stream ended: {_stream.Reading.Exception}");
        Assert.True(Messages > 0, "the stream is silent");
        lock (_changes)
            Assert.True(_changes.Count == 0, $"findings about healthy software:\n{string.Join('\n', _changes)}");
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private void Take(WatchFindingsResponse message)
    {
        Messages++;
        lock (_changes)
            _changes.AddRange(message.Findings?.Changes ?? []);
    }
}
