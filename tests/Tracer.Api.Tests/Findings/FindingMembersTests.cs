// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Grpc.Core;
using Tracer.Api.Tests.Given;
using Tracer.Attribution;
using Xunit;
using EndReason = Tracer.Attribution.EndReason;
using Verdict = Tracer.Attribution.Verdict;

namespace Tracer.Api.Tests.Findings;

/// <summary>ListCloseWaits with the id of a finding.</summary>
public class FindingMembersTests
{
    [Fact]
    public async Task Only_the_sockets_of_the_finding_are_listed_oldest_first()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        StuckSockets.Publish(host, 1, 5, pid: 7);
        StuckSockets.Publish(host, 11, 2, pid: 8);
        StuckSockets.Publish(host, 21, 2, pid: 7, Verdict.EofNotRead);
        StuckSockets.Publish(host, 31, 1, pid: 7, enterKtimeNs: host.Facts.Now); // too young to be judged

        Assert.Equal([1ul, 2ul, 3ul, 4ul, 5ul], await ListAsync(host, await IdOfAsync(host, 3)));
        Assert.Equal([11ul, 12ul], await ListAsync(host, await IdOfAsync(host, 11)));
        Assert.Equal([21ul, 22ul], await ListAsync(host, await IdOfAsync(host, 21)));
    }

    [Fact]
    public async Task Each_finding_lists_as_many_sockets_as_it_counts()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        StuckSockets.Publish(host, 1, 300, pid: 7);
        StuckSockets.Publish(host, 1001, 3, pid: 8, Verdict.HalfCloseInUse);
        ListFindingsResponse answer = await host.Client.ListFindingsAsync(new ListFindingsRequest { IncludeHarmless = true }, cancellationToken: Deadline.Token());

        Assert.Equal([300ul, 3ul], answer.Findings.Select(static finding => finding.Sockets));
        foreach (Finding finding in answer.Findings)
            Assert.Equal(finding.Sockets, (ulong)(await ListAsync(host, finding.Id)).Count());
    }

    [Fact]
    public async Task Sockets_left_open_are_included_without_being_asked_for()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        host.Facts.AddProcess(7, "app", "/srv/app7");
        TrackedSocket leftOpen = TestSockets.Ended(2, EndReason.ResetByPeer, isLeftOpen: true);
        (leftOpen.Verdict, leftOpen.Holders) = (Verdict.ResetButOpen, [TestSockets.Holder(7, 2, "app")]);
        host.Hub.PublishSocket(LedgerChangeKind.Exited, in leftOpen);

        Assert.Equal([2ul], await ListAsync(host, await IdOfAsync(host, 2)));
    }

    [Fact]
    public async Task A_filter_leaves_those_of_the_finding_that_match()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        StuckSockets.Publish(host, 1, 5, pid: 7);
        StuckSockets.Publish(host, 11, 2, pid: 8);
        string id = await IdOfAsync(host, 1);

        Assert.Equal([2ul, 4ul], await ListAsync(host, id, new SocketFilter { Cookies = { 2, 4, 11 } }));
        Assert.Equal([1ul, 2ul, 3ul, 4ul, 5ul], await ListAsync(host, id, new SocketFilter { Pids = { 7 } }));
        Assert.Empty(await ListAsync(host, id, new SocketFilter { Pids = { 8 } }));
    }

    [Theory]
    [InlineData("0123456789abcdef")]
    [InlineData("no id at all")]
    public async Task An_id_that_no_finding_has_lists_nothing(string id)
    {
        await using ApiHost host = await ApiHost.StartAsync();
        StuckSockets.Publish(host, 1, 5, pid: 7);
        Assert.Empty(await ListAsync(host, id));
    }

    [Fact]
    public async Task A_finding_that_is_gone_lists_nothing()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        StuckSockets.Publish(host, 1, 1, pid: 7);
        string id = await IdOfAsync(host, 1);
        TrackedSocket ended = TestSockets.Ended(1);
        host.Hub.PublishSocket(LedgerChangeKind.Exited, in ended);
        Assert.Empty(await ListAsync(host, id));
    }

    private static async Task<string> IdOfAsync(ApiHost host, ulong cookie)
    {
        string id = (await host.Client.ExplainSocketAsync(new ExplainSocketRequest { Cookie = cookie }, cancellationToken: Deadline.Token())).FindingId;
        Assert.NotEqual("", id);
        return id;
    }

    private static async Task<IEnumerable<ulong>> ListAsync(ApiHost host, string findingId, SocketFilter? filter = null)
    {
        var request = new ListCloseWaitsRequest { FindingId = findingId, Filter = filter };
        using var call = host.Client.ListCloseWaits(request, cancellationToken: Deadline.Token());
        List<ulong> cookies = [];
        await foreach (ListCloseWaitsResponse page in call.ResponseStream.ReadAllAsync(Deadline.Token()))
            cookies.AddRange(page.Sockets.Select(static socket => socket.Cookie));
        return cookies;
    }
}
