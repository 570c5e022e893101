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
    private static readonly TimeSpan ClockPeriod = TimeSpan.FromSeconds(1);

    // Between an answer and the next time that the same is asked: a daemon that is slow to answer is asked less often.
    private static readonly TimeSpan RefreshPeriod = TimeSpan.FromSeconds(2);

    private readonly TopState _state = new();
    private readonly TopFrame _frame = new(style);
    private readonly TopAnswers _answers = new(connection, filter, style);

    // What other tasks found out, to be taken in by the loop: it alone touches the state.
    private readonly Channel<Action> _news = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });

    private TopQuestion? _question;
    private bool _wasOnBoard;
    private CancellationTokenSource? _asking; // null: the question is answered
    private long _answeredAt;

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
            if (!_state.Handle(pressed, Page))
                return false;
        }
        AskWhenDue(end);
        return !key.IsCompleted || await key; // false: nobody can press keys any more
    }

    private int Page => TopFrame.PageOf(terminal.Size.Height);

    private void Draw()
    {
        _state.Refresh(Page);
        (int width, int height) = terminal.Size;
        terminal.Draw(_frame.Lines(_state, width, height, context.Clock.GetUtcNow()));
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

    // Never two requests at once: the answer to another question than that of the screen is not waited for.
    private void AskWhenDue(CancellationToken end)
    {
        if (_state.Question != _question)
        {
            _asking?.Cancel();
            _asking = null;
            _question = _state.Question;
        }
        else if (_state.IsPaused || _asking is not null || !IsOld())
        {
            return;
        }
        if (_question is not { } question)
            return;
        _wasOnBoard = IsOnBoard(question);
        _asking = CancellationTokenSource.CreateLinkedTokenSource(end);
        _ = AskAsync(question, _state.Anchor, terminal.Size.Width, _asking);
    }

    private bool IsOld() => _question is { } question
        && (_wasOnBoard != IsOnBoard(question) || context.Clock.GetElapsedTime(_answeredAt) >= RefreshPeriod);

    private bool IsOnBoard(TopQuestion question) => _state.Board.Find(question.FindingId) is not null;

    // What cannot be answered is said on the screen: the finding or the socket may be gone by now.
    private async Task AskAsync(TopQuestion question, SocketRecord? anchor, int width, CancellationTokenSource asking)
    {
        Action<TopState> show;
        try
        {
            show = await _answers.AskAsync(question, anchor, width, asking.Token);
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException)
        {
            string problem = e is RpcException failure ? failure.Status.Detail : e.Message;
            show = state => state.Notice = TargetText.Clean(problem);
        }
        _news.Writer.TryWrite(() => Take(show, asking));
    }

    private void Take(Action<TopState> show, CancellationTokenSource asking)
    {
        asking.Dispose();
        if (_asking != asking)
            return; // too late: the screen has another question by now
        _asking = null;
        _answeredAt = context.Clock.GetTimestamp();
        show(_state);
    }
}
