// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Api.Findings;
using Tracer.Api.Tests.Given;
using Tracer.Attribution;
using Tracer.Wire;
using Xunit;
using EndReason = Tracer.Attribution.EndReason;
using StackFrame = Tracer.Attribution.StackFrame;

namespace Tracer.Api.Tests;

public class SceneSourceTests
{
    private readonly FakeFacts _facts = new();
    private readonly EventHub _hub;
    private readonly SceneSource _scene;

    public SceneSourceTests()
    {
        _hub = new EventHub(names: _facts);
        _scene = new SceneSource(_hub, _facts);
        _facts.Stacks[9] = new StackReport(9, 7, [new StackFrame("main", "/bin/app", 1, 2, "ab", "main.c", 3)], false, true);
        for (ulong cookie = 1; cookie <= 3; cookie++)
            Publish(LedgerChangeKind.Existing, Opened(cookie));
        Publish(LedgerChangeKind.Exited, TestSockets.Ended(3, EndReason.ResetByPeer, isLeftOpen: true));
    }

    [Fact]
    public void Every_socket_is_handed_over_with_the_ids_of_its_stacks_and_without_frames()
    {
        List<SocketRecord> sockets = [];
        _scene.VisitSockets(socket =>
        {
            sockets.Add(socket);
            return true;
        });

        Assert.Equal([1ul, 2ul, 3ul], sockets.Select(static socket => socket.Cookie).Order());
        Assert.Equal((9ul, 0), (sockets[0].Origin.StackId, sockets[0].Origin.Stack.Count));
        Assert.Equal("main", Assert.Single(_scene.FindStack(9)!.Frames).Function);
        Assert.Null(_scene.FindStack(10));
    }

    [Fact]
    public void Whoever_has_enough_gets_no_more()
    {
        int count = 0;
        _scene.VisitSockets(_ => ++count < 2);
        Assert.Equal(2, count);
    }

    [Fact]
    public async Task Findings_and_status_are_those_that_clients_get()
    {
        FindingSnapshot snapshot = await _scene.Findings.ReadAsync(new FindingQuery(), TestContext.Current.CancellationToken);

        Assert.Equal((2ul, 1ul), (snapshot.Census.CloseWaits, snapshot.Census.LeftOpen));
        HostSummary summary = _scene.SummaryMapper.ToSummary(snapshot);
        Assert.Equal((2ul, 1ul), (summary.CloseWaits, summary.LeftOpen));
        Assert.NotEmpty(snapshot.Report.Findings);
        Assert.All(snapshot.Report.Findings, finding => Assert.Equal(finding.Id, _scene.FindingMapper.ToFinding(finding, snapshot).Id));
        Assert.Contains(_scene.ReadStatus().Bounds, static bound => bound.Name == "finding_sites");
    }

    private static TrackedSocket Opened(ulong cookie)
    {
        TrackedSocket socket = TestSockets.InCloseWait(cookie);
        socket.OriginKind = TcpOrigin.Connect;
        socket.Verdict = Attribution.Verdict.EofNotRead;
        socket.Last.Record.Origin = WireValues.Actor(7, "app", stackId: 9);
        return socket;
    }

    private void Publish(LedgerChangeKind kind, TrackedSocket socket) => _hub.PublishSocket(kind, in socket);
}
