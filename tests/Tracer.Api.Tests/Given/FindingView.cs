// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Grpc.Core;
using Xunit;
using Kind = CloseWait.V1.FindingChange.Types.Kind;

namespace Tracer.Api.Tests.Given;

/// <summary>What a client that obeys a WatchFindings stream believes.</summary>
internal sealed class FindingView(AsyncServerStreamingCall<WatchFindingsResponse> call)
{
    private ulong _sequence;
    private bool _isComplete;

    public Dictionary<string, Finding> Findings { get; } = [];

    public HostSummary? Summary { get; private set; }

    public List<WatchFindingsResponse> Messages { get; } = [];

    public IEnumerable<Kind> Kinds => Messages.Where(static message => message.Findings is not null)
        .SelectMany(static message => message.Findings.Changes).Select(static change => change.Kind);

    public async Task ReadUntilAsync(Func<WatchFindingsResponse, bool> isIt)
    {
        while (!isIt(await ReadAsync()))
        {
        }
    }

    public async Task<WatchFindingsResponse> ReadAsync()
    {
        Assert.True(await call.ResponseStream.MoveNext(Deadline.Token()));
        WatchFindingsResponse message = call.ResponseStream.Current;
        Assert.Equal(++_sequence, message.Sequence);
        Messages.Add(message);
        if (message.Findings is { } batch)
            Take(batch);
        if (message.SnapshotDone is { } done)
        {
            Assert.False(_isComplete);
            Assert.Equal((ulong)Findings.Count, done.Findings);
            _isComplete = true;
        }
        return message;
    }

    private void Take(FindingBatch batch)
    {
        Assert.True(batch.Changes.Count > 0 || batch.Summary is not null, "an empty batch");
        Assert.InRange(batch.Changes.Count, 0, 256);
        Summary = batch.Summary ?? Summary;
        foreach (FindingChange change in batch.Changes)
        {
            string id = change.Finding.Id;
            Assert.Equal(_isComplete, change.Kind != Kind.Existing);
            Assert.Equal(change.Kind is Kind.Changed or Kind.Gone, Findings.ContainsKey(id));
            if (change.Kind == Kind.Gone)
                Findings.Remove(id);
            else
                Findings[id] = change.Finding;
        }
    }
}
