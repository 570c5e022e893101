// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Tracer.Harness;
using Xunit;

namespace Tracer.Incidents.Stage;

/// <summary>Follows the findings about one incident, five times a second, and keeps all that was ever said.</summary>
internal sealed class FindingWatch : IAsyncDisposable
{
    private readonly AsyncServerStreamingCall<WatchFindingsResponse> _call;
    private readonly List<FindingChange> _changes = [];
    private readonly Task _reader;

    public FindingWatch(Daemon daemon, Incident incident)
    {
        SocketFilter filter = new() { Ports = { incident.Ports.Select(port => (uint)port) } };
        _call = daemon.Client.WatchFindings(new WatchFindingsRequest
        {
            Filter = filter,
            Period = Duration.FromTimeSpan(TimeSpan.FromSeconds(0.2)),
            HeartbeatPeriod = Duration.FromTimeSpan(TimeSpan.FromSeconds(1)),
        });
        _reader = Read();
    }

    /// <summary>Messages, heartbeats among them: somebody looks.</summary>
    public int Messages { get; private set; }

    public void AssertNone()
    {
        Assert.False(_reader.IsCompleted, $"the stream ended: {_reader.Exception}");
        Assert.True(Messages > 0, "the stream is silent");
        lock (_changes)
            Assert.True(_changes.Count == 0, $"findings about healthy software:\n{string.Join('\n', _changes)}");
    }

    public async ValueTask DisposeAsync()
    {
        _call.Dispose();
        try
        {
            await _reader;
        }
        catch (Exception e) when (e is ObjectDisposedException or RpcException { StatusCode: StatusCode.Cancelled or StatusCode.Unavailable })
        {
            // The end of the stream is what disposing asks for.
        }
    }

    private async Task Read()
    {
        while (await _call.ResponseStream.MoveNext(CancellationToken.None))
        {
            WatchFindingsResponse message = _call.ResponseStream.Current;
            Messages++;
            lock (_changes)
                _changes.AddRange(message.Findings?.Changes ?? []);
        }
    }
}
