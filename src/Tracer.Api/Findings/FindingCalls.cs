// SPDX-License-Identifier: Apache-2.0
using Grpc.Core;
using Tracer.Api.Fanout;
using Tracer.Api.Filters;
using Tracer.Api.Mapping;
using Tracer.Attribution;
using Tracer.Attribution.Findings;
using Proto = CloseWait.V1;

namespace Tracer.Api.Findings;

/// <summary>The answers about findings, single sockets and threads, to requests that were checked.</summary>
internal sealed class FindingCalls(EventHub hub, IFactSource facts)
{
    private readonly FindingTools _tools = new(hub, facts);
    private readonly EventMapper _sockets = new(facts);

    public async Task<Proto.ListFindingsResponse> ListAsync(FindingQuery query, CancellationToken cancellationToken)
    {
        FindingSnapshot snapshot = await _tools.Desk.ReadAsync(query, cancellationToken);
        Proto.ListFindingsResponse response = new() { Summary = _tools.Summaries.ToSummary(snapshot) };
        int bytes = 0;
        foreach (Finding finding in snapshot.Report.Findings)
        {
            Proto.Finding mapped = _tools.Findings.ToFinding(finding, snapshot);
            bytes += mapped.CalculateSize();
            response.Truncated = bytes > ThreadMapper.MaxBytes;
            if (response.Truncated)
                break;
            response.Findings.Add(mapped);
        }
        return response;
    }

    public async Task<Proto.ExplainSocketResponse> ExplainAsync(Proto.ExplainSocketRequest request, CancellationToken cancellationToken)
    {
        TrackedSocket socket = Find(request);
        Proto.ExplainSocketResponse response = new()
        {
            Socket = _sockets.ToRecord(in socket),
            HarmlessWhen = VerdictTexts.HarmlessWhen(socket.Verdict),
        };
        response.Evidence.Add(VerdictTexts.Explain(in socket, facts, facts.NowKtimeNs()).Select(FindingMapper.ToEvidence));
        response.Advice.Add(VerdictTexts.Advise(in socket, facts));
        response.FindingId = _tools.Desk.FindIdOf(in socket);
        if (request.IncludeThreads)
            await AddThreadsAsync(response, cancellationToken);
        return response;
    }

    // As if it were the only one: then the suspects are those of this socket.
    private async Task AddThreadsAsync(Proto.ExplainSocketResponse response, CancellationToken cancellationToken)
    {
        Proto.SocketFilter filter = new() { Cookies = { response.Socket.Cookie }, Netns = { response.Socket.Netns } };
        FindingQuery query = new()
        {
            Sockets = FilterParser.ParseSockets(filter, facts),
            IncludesHarmless = true,
            MinAgeNs = 0,
        };
        IReadOnlyList<Finding> alone = _tools.Desk.Read(query).Report.Findings;
        IReadOnlyList<Finding> looked = await new ThreadLook(facts).AddAsync(alone, cancellationToken);
        foreach (Finding finding in looked)
        {
            response.Threads.Add(finding.Threads.Select(thread => ThreadMapper.ToState(thread, ThreadLook.IsSuspect(finding, thread))));
            AddEvidence(response, finding.Evidence.Except(alone.SelectMany(static before => before.Evidence)));
        }
    }

    // What is seen now comes first; that it could not be seen, last.
    private static void AddEvidence(Proto.ExplainSocketResponse response, IEnumerable<Evidence> news)
    {
        int seen = 0;
        foreach (Evidence line in news)
            response.Evidence.Insert(line.Kind == EvidenceKind.Unknown ? response.Evidence.Count : seen++, FindingMapper.ToEvidence(line));
    }

    public async Task<Proto.InspectThreadsResponse> InspectAsync(Proto.InspectThreadsRequest request, CancellationToken cancellationToken)
    {
        ThreadInspection inspection = await facts.InspectThreadsAsync(request.Pid, request.Tids, request.OmitStacks, cancellationToken)
            ?? throw new RpcException(new Status(StatusCode.ResourceExhausted, "threads are being looked at for others already"));
        return ThreadMapper.ToResponse(inspection);
    }

    private TrackedSocket Find(Proto.ExplainSocketRequest request)
    {
        Proto.SocketFilter filter = new() { Cookies = { request.Cookie } };
        if (request.Netns != 0)
            filter.Netns.Add(request.Netns);
        using SocketSelection selection = hub.SelectSockets(FilterParser.ParseSockets(filter, facts), includeLeftOpen: true);
        return selection.Sockets.Count > 0
            ? selection.Sockets[0].Socket
            : throw new RpcException(new Status(
                StatusCode.NotFound, $"cookie: no socket {request.Cookie} is in CLOSE_WAIT, or left open after it; it may have been closed since"));
    }
}
