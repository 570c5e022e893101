// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Grpc.Core;

namespace Tracer.Client;

/// <summary>Asks a daemon for findings, and for all that is known of single sockets.</summary>
internal sealed class DaemonAnswers(TracerService.TracerServiceClient service, CancellationToken stop) : IAnswerSource
{
    // Reading the stacks of many threads takes its time.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public async Task<ListFindingsResponse> ListFindingsAsync(ListFindingsRequest request) =>
        await service.ListFindingsAsync(request, deadline: DateTime.UtcNow + Patience, cancellationToken: stop);

    public async Task<TargetAnswer> ExplainAsync(IReadOnlyList<SocketFilter> filters, Func<SocketRecord, bool> matches, int count)
    {
        foreach (SocketFilter filter in filters)
        {
            SocketSearch search = await SearchAsync(filter, matches, count);
            if (search.Count > 0)
                return await ExplainAsync(search);
        }
        return new TargetAnswer([], 0);
    }

    private async Task<SocketSearch> SearchAsync(SocketFilter filter, Func<SocketRecord, bool> matches, int count)
    {
        var search = new SocketSearch(count);
        var request = new ListCloseWaitsRequest { Filter = filter, IncludeLeftOpen = true, OmitFrames = true };
        using var call = service.ListCloseWaits(request, cancellationToken: stop);
        await foreach (ListCloseWaitsResponse page in call.ResponseStream.ReadAllAsync(stop))
        {
            foreach (SocketRecord socket in page.Sockets.Where(matches))
                search.Add(socket);
        }
        return search;
    }

    private async Task<TargetAnswer> ExplainAsync(SocketSearch search)
    {
        List<SocketRecord> oldest = search.TakeOldest();
        var explanations = new List<ExplainSocketResponse>();
        foreach (SocketRecord socket in oldest)
        {
            if (await TryExplainAsync(socket) is { } explanation)
                explanations.Add(explanation);
        }
        return new TargetAnswer(explanations, search.Count - oldest.Count);
    }

    private async Task<ExplainSocketResponse?> TryExplainAsync(SocketRecord socket)
    {
        var request = new ExplainSocketRequest { Cookie = socket.Cookie, Netns = socket.Netns, IncludeThreads = true };
        try
        {
            return await service.ExplainSocketAsync(request, deadline: DateTime.UtcNow + Patience, cancellationToken: stop);
        }
        catch (RpcException failure) when (failure.StatusCode == StatusCode.NotFound)
        {
            // It was closed after it was listed.
            return null;
        }
    }
}
