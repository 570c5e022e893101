// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;

namespace Tracer.Client.Scenes;

/// <summary>Answers from a scene what a daemon was asked for.</summary>
internal sealed class SceneAnswers(Scene scene) : IAnswerSource
{
    /// <summary>The sockets that match; those left open after their end only when asked for.</summary>
    public IEnumerable<SocketRecord> FindSockets(SocketFilter filter, bool includeLeftOpen)
    {
        var predicate = new SceneFilter(filter);
        return scene.Sockets.Where(socket => (includeLeftOpen || !socket.DescriptorLeftOpen) && predicate.Matches(socket));
    }

    /// <summary>The findings with at least one socket that matches; their numbers are those of all their sockets.</summary>
    public Task<ListFindingsResponse> ListFindingsAsync(ListFindingsRequest request)
    {
        var answer = new ListFindingsResponse { Summary = scene.Summary };
        // The verdict of a finding may be one that no socket has by itself.
        SocketFilter others = request.Filter.Clone();
        others.Verdicts.Clear();
        bool asksForSockets = others.CalculateSize() > 0;
        SocketRecord[] matching = asksForSockets ? [.. FindSockets(others, includeLeftOpen: true)] : [];
        answer.Findings.Add(scene.Findings.Where(finding =>
            (request.IncludeHarmless || finding.Severity != Severity.Harmless)
            && (request.Filter.Verdicts.Count == 0 || request.Filter.Verdicts.Contains(finding.Verdict))
            && (!asksForSockets || matching.Any(socket => Belongs(socket, finding)))));
        return Task.FromResult(answer);
    }

    public Task<TargetAnswer> ExplainAsync(IReadOnlyList<SocketFilter> filters, Func<SocketRecord, bool> matches, int count)
    {
        foreach (SocketFilter filter in filters)
        {
            var search = new SocketSearch(count);
            foreach (SocketRecord socket in FindSockets(filter, includeLeftOpen: true).Where(matches))
                search.Add(socket);
            if (search.Count == 0)
                continue;
            ExplainSocketResponse[] explanations = [.. search.TakeOldest().Select(Explain)];
            return Task.FromResult(new TargetAnswer(explanations, search.Count - explanations.Length));
        }
        return Task.FromResult(new TargetAnswer([], 0));
    }

    // Reasons and advice are those of its finding.
    private ExplainSocketResponse Explain(SocketRecord socket)
    {
        var answer = new ExplainSocketResponse { Socket = socket };
        HashSet<uint> pids = [.. OwnersOf(socket).Select(holder => holder.Pid)];
        answer.Threads.Add(scene.Threads.Where(thread => pids.Contains(thread.Pid)));
        if (scene.Findings.Find(finding => Belongs(socket, finding)) is { } finding)
        {
            answer.FindingId = finding.Id;
            answer.Evidence.Add(finding.Evidence);
            answer.Advice.Add(finding.Advice);
            answer.HarmlessWhen = finding.HarmlessWhen;
        }
        return answer;
    }

    private static IEnumerable<Holder> OwnersOf(SocketRecord socket) =>
        socket.NeverAccepted && socket.Listener is { } listener ? listener.Holders : socket.Holders;

    // A scene does not say which sockets a finding has, but what they have in common: an owner, an origin and a verdict.
    private static bool Belongs(SocketRecord socket, Finding finding)
    {
        if (finding.Examples.Any(example => example.Cookie == socket.Cookie && example.Netns == socket.Netns))
            return true;
        if (finding.Verdict != socket.Verdict && finding.Verdict != Verdict.SlowClose)
            return false;
        bool isOwner = finding.Owner is { } owner && OwnersOf(socket).Any(holder => owner.Processes.Any(process => process.Pid == holder.Pid));
        return isOwner && finding.Examples.Any(example => HasSameOrigin(socket, example));
    }

    private static bool HasSameOrigin(SocketRecord socket, SocketRecord example)
    {
        Actor? origin = socket.Origin;
        Actor? other = example.Origin;
        if (origin is { StackId: not 0 } || other is { StackId: not 0 })
            return LineOf(origin).Equals(LineOf(other));
        return socket.Direction == example.Direction && (socket.Direction != Direction.Inbound || socket.LocalPort == example.LocalPort);
    }

    private static (string Function, string File, uint Line, ulong StackId) LineOf(Actor? actor) => actor switch
    {
        null => ("", "", 0, 0),
        { HasUserFrame: true } when actor.UserFrame < (uint)actor.Stack.Count =>
            (actor.Stack[(int)actor.UserFrame].Function, actor.Stack[(int)actor.UserFrame].File, actor.Stack[(int)actor.UserFrame].Line, 0),
        _ => ("", "", 0, actor.StackId),
    };
}
