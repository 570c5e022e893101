// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Grpc.Core;
using Tracer.Client;
using Tracer.Output;
using Tracer.Output.Top;

namespace Tracer.Commands;

/// <summary>Asks the daemon what the screen is to show. An answer is what to do with it: only the loop that owns the state may do that.</summary>
internal sealed class TopAnswers(DaemonConnection connection, SocketFilter filter, OutputStyle style)
{
    private const int SocketLimit = 10_000;

    /// <param name="anchor">A socket that was in the finding; null: none is known.</param>
    /// <param name="width">Of the screen.</param>
    public Task<Action<TopState>> AskAsync(TopQuestion question, SocketRecord? anchor, int width, CancellationToken end) =>
        question.Cookie == 0 ? ListAsync(question.FindingId, anchor, end) : ExplainAsync(question, width, end);

    private async Task<Action<TopState>> ListAsync(string findingId, SocketRecord? anchor, CancellationToken end)
    {
        var request = new ListCloseWaitsRequest { Filter = filter.Clone(), FindingId = findingId, IncludeLeftOpen = true, OmitFrames = true };
        // The verdict asked for is the finding's, which its sockets need not have.
        request.Filter.Verdicts.Clear();
        using var call = connection.Service.ListCloseWaits(request, cancellationToken: end);
        List<SocketRecord> sockets = [];
        await foreach (ListCloseWaitsResponse page in call.ResponseStream.ReadAllAsync(end))
        {
            sockets.AddRange(page.Sockets);
            if (sockets.Count >= SocketLimit)
                break;
        }
        if (sockets.Count > 0)
            return state => state.Show(sockets);
        string home = anchor is null ? "" : await FindHomeAsync(anchor, end);
        return state => state.ShowNone(home);
    }

    // The id of the finding that has the socket now; empty: none has, or a harmless one.
    private async Task<string> FindHomeAsync(SocketRecord socket, CancellationToken end)
    {
        try
        {
            var request = new ExplainSocketRequest { Cookie = socket.Cookie, Netns = socket.Netns };
            return (await connection.Service.ExplainSocketAsync(request, cancellationToken: end)).FindingId;
        }
        catch (RpcException gone) when (gone.StatusCode == StatusCode.NotFound)
        {
            return "";
        }
    }

    private async Task<Action<TopState>> ExplainAsync(TopQuestion question, int width, CancellationToken end)
    {
        var request = new ExplainSocketRequest { Cookie = question.Cookie, Netns = question.Netns, IncludeThreads = true };
        ExplainSocketResponse answer = await connection.Service.ExplainSocketAsync(request, cancellationToken: end);
        string[] lines = BiographyLines(answer, width);
        return state => state.Show(lines, answer.FindingId);
    }

    // Without colours: a line may have to be cut.
    private string[] BiographyLines(ExplainSocketResponse answer, int width)
    {
        using var text = new StringWriter { NewLine = "\n" };
        OutputStyle plain = style with { Palette = new Palette(enabled: false), Width = width };
        new Biography(text, plain, StackOption.Few).Write(answer, next: null);
        return text.ToString().TrimEnd('\n').Split('\n');
    }
}
