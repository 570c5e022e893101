// SPDX-License-Identifier: Apache-2.0
using System.Threading.Channels;
using CloseWait.V1;
using Grpc.Core;
using Tracer.Client;
using Tracer.Output;
using Tracer.Output.Top;
using Item = CloseWait.V1.WatchFindingsResponse.ItemOneofCase;

namespace Tracer.Commands;

/// <summary>One run of the full screen: keys and news in, frames out.</summary>
internal sealed class TopSession(CommandContext context, DaemonConnection connection, Terminal terminal, OutputStyle style, SocketFilter filter)
{
    private const int SocketLimit = 10_000;
    private static readonly TimeSpan ClockPeriod = TimeSpan.FromSeconds(1);

    private readonly TopState _state = new();
    private readonly TopFrame _frame = new(style);

    // What other tasks found out, to be taken in by the loop: it alone touches the state.
    private readonly Channel<Action> _news = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Until q, the end of the terminal, or cancellation; throws when the stream breaks.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task stream = FollowAsync(end.Token);
        try
        {
            while (await StepAsync(stream, end.Token))
            {
            }
        }
        finally
        {
            await end.CancelAsync();
            await stream.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private async Task<bool> StepAsync(Task stream, CancellationToken end)
    {
        Draw();
        Task<bool> key = terminal.Keys.WaitToReadAsync(end).AsTask();
        Task news = _news.Reader.WaitToReadAsync(end).AsTask();
        await Task.WhenAny(key, news, stream, Task.Delay(ClockPeriod, context.Clock, end));
        end.ThrowIfCancellationRequested();
        if (stream.IsCompleted)
            await stream;
        while (_news.Reader.TryRead(out Action? take))
            take();
        while (terminal.Keys.TryRead(out ConsoleKeyInfo pressed))
        {
            if (!Obey(_state.Handle(pressed, Page), end))
                return false;
        }
        return !key.IsCompleted || await key; // false: nobody can press keys any more
    }

    private int Page => TopFrame.PageOf(terminal.Size.Height);

    private void Draw()
    {
        _state.Refresh(Page);
        (int width, int height) = terminal.Size;
        terminal.Draw(_frame.Lines(_state, width, height, context.Clock.GetUtcNow()));
    }

    private bool Obey(TopWish wish, CancellationToken end)
    {
        if (wish == TopWish.ListSockets && _state.ChosenFinding is { } finding)
            _ = AskAsync(() => ListAsync(finding.Id, end));
        if (wish == TopWish.ExplainSocket && _state.ChosenSocket is { } socket)
            _ = AskAsync(() => ExplainAsync(socket, end));
        return wish != TopWish.Quit;
    }

    private async Task FollowAsync(CancellationToken end)
    {
        // Harmless ones too: whether they are shown is decided here, at once.
        var request = new WatchFindingsRequest { Filter = filter, IncludeHarmless = true };
        using var call = connection.Service.WatchFindings(request, cancellationToken: end);
        var stream = new HeartbeatStream<WatchFindingsResponse>(call.ResponseStream, response => response.Sequence, context.ClientHost, context.Clock);
        await foreach (WatchFindingsResponse response in stream.ReadAllAsync(end))
        {
            if (response.ItemCase == Item.Findings)
                _news.Writer.TryWrite(() => _state.Board.Apply(response.Findings));
            else if (response.ItemCase == Item.Lost)
                _news.Writer.TryWrite(() => _state.Board.Apply(response.Lost));
        }
    }

    // What cannot be answered is said on the screen: the finding or the socket may be gone by now.
    private async Task AskAsync(Func<Task<Action>> ask)
    {
        try
        {
            _news.Writer.TryWrite(await ask());
        }
        catch (RpcException failure)
        {
            string problem = failure.Status.Detail;
            _news.Writer.TryWrite(() => _state.Notice = TargetText.Clean(problem));
        }
    }

    private async Task<Action> ListAsync(string findingId, CancellationToken end)
    {
        var request = new ListCloseWaitsRequest { Filter = filter, FindingId = findingId, IncludeLeftOpen = true, OmitFrames = true };
        using var call = connection.Service.ListCloseWaits(request, cancellationToken: end);
        List<SocketRecord> sockets = [];
        await foreach (ListCloseWaitsResponse page in call.ResponseStream.ReadAllAsync(end))
        {
            sockets.AddRange(page.Sockets);
            if (sockets.Count >= SocketLimit)
                break;
        }
        sockets.Sort(static (left, right) => (right.Age?.ToTimeSpan() ?? default).CompareTo(left.Age?.ToTimeSpan() ?? default));
        return () => _state.Show(sockets);
    }

    private async Task<Action> ExplainAsync(SocketRecord socket, CancellationToken end)
    {
        var request = new ExplainSocketRequest { Cookie = socket.Cookie, Netns = socket.Netns, IncludeThreads = true };
        ExplainSocketResponse answer = await connection.Service.ExplainSocketAsync(request, cancellationToken: end);
        string[] lines = BiographyLines(answer);
        return () => _state.Show(lines);
    }

    // Without colours: a line may have to be cut.
    private string[] BiographyLines(ExplainSocketResponse answer)
    {
        using var text = new StringWriter { NewLine = "\n" };
        OutputStyle plain = style with { Palette = new Palette(enabled: false), Width = terminal.Size.Width };
        new Biography(text, plain, StackOption.Few).Write(answer, next: null);
        return text.ToString().TrimEnd('\n').Split('\n');
    }
}
