// SPDX-License-Identifier: Apache-2.0
using System.Threading.Channels;
using CloseWait.V1;
using Grpc.Core;
using Tracer.Output;
using Tracer.Output.Top;
using Tracer.Tests.Fake;
using Tracer.Tests.Output.Top;
using Kind = CloseWait.V1.FindingChange.Types.Kind;

namespace Tracer.Tests.Commands;

public sealed class TopCommandTests
{
    [Fact]
    public async Task Without_a_terminal_it_says_what_to_use_instead()
    {
        CommandRun run = await CommandRun.StartAsync("top");
        run.AssertOneLine(ExitCode.Usage, "closewait: top needs a terminal; for files and pipes there are 'closewait why' and 'closewait list'");
    }

    [Fact]
    public async Task A_finding_leads_to_its_sockets_and_a_socket_to_its_biography()
    {
        FakeService service = Service();
        await using FakeHost host = await FakeHost.StartAsync(service);
        await using Scene scene = Scene.Start(host);
        await scene.UntilSeen("415 sockets of game-server");
        scene.Press(TopScene.Key(ConsoleKey.Enter));
        await scene.UntilSeen("10.0.0.5:43210");
        scene.Press(TopScene.Key(ConsoleKey.Enter));
        await scene.UntilSeen("netns");
        scene.Press(TopScene.Key('q'));
        CommandRun run = await scene.End;
        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.EndsWith("\e[?1049l", scene.Screen, StringComparison.Ordinal);
        Assert.All(service.Requests.OfType<ListCloseWaitsRequest>(), request => Assert.Equal("aa", request.FindingId));
        Assert.True(service.Requests.OfType<WatchFindingsRequest>().Single().IncludeHarmless);
    }

    [Fact]
    public async Task A_socket_that_is_gone_is_said_on_the_screen()
    {
        FakeService service = new FakeService { Sockets = [Samples.PooledConnection()] }.Say(Findings());
        await using FakeHost host = await FakeHost.StartAsync(service);
        await using Scene scene = Scene.Start(host);
        await scene.UntilSeen("415 sockets of game-server");
        scene.Press(TopScene.Key(ConsoleKey.Enter));
        await scene.UntilSeen("10.0.0.5:43210");
        scene.Press(TopScene.Key(ConsoleKey.Enter));
        await scene.UntilSeen("no such socket");
        scene.Press(TopScene.Key('q'));
        Assert.Equal(ExitCode.Ok, (await scene.End).ExitCode);
    }

    [Fact]
    public async Task The_list_is_asked_for_again_until_the_screen_is_paused()
    {
        int asked = 0;
        var service = new FakeService { ListSockets = _ => Task.FromResult<SocketRecord[]>([Socket(Interlocked.Increment(ref asked))]) };
        await using FakeHost host = await FakeHost.StartAsync(service.Say(Findings()));
        await using Scene scene = Scene.Start(host);
        await scene.UntilSeen("415 sockets of game-server");
        scene.Press(TopScene.Key(ConsoleKey.Enter));
        await scene.UntilSeen("10.0.0.1:");
        await scene.UntilSeen("10.0.0.2:");
        scene.Press(TopScene.Key(' '));
        await scene.UntilSeen("PAUSED");
        int before = asked;
        await scene.UntilDrawn(4); // each second
        Assert.Equal(before, asked);
        scene.Press(TopScene.Key(' '));
        await scene.UntilSeen($"10.0.0.{before + 1}:");
    }

    [Fact]
    public async Task A_finding_whose_id_has_changed_is_followed_at_once()
    {
        Finding[] findings = TopScene.Three();
        string[] home = ["aa"];
        var service = new FakeService
        {
            ListSockets = request => Task.FromResult<SocketRecord[]>(request.FindingId == home[0] ? [Socket(1)] : []),
            Explanations = [new ExplainSocketResponse { Socket = Socket(1), FindingId = "zz" }],
        };
        await using FakeHost host = await FakeHost.StartAsync(service.Say(Findings()));
        await using Scene scene = Scene.Start(host);
        await scene.UntilSeen("415 sockets of game-server");
        scene.Press(TopScene.Key(ConsoleKey.Enter));
        await scene.UntilSeen("10.0.0.1:");

        home[0] = "zz";
        service.Say(
            new WatchFindingsResponse { Findings = TopScene.Batch(Kind.Gone, findings[0]) },
            new WatchFindingsResponse { Findings = TopScene.Batch(Kind.Appeared, TopScene.Finding("zz", Severity.Critical, 416, "/srv/game", Verdict.EofReadNotClosed)) });

        await scene.UntilSeen("416 sockets of /srv/game");
        await scene.UntilSeen("10.0.0.1:", afresh: true);
        Assert.DoesNotContain("is gone", scene.Screen, StringComparison.Ordinal);
        Assert.DoesNotContain("no socket", scene.Screen, StringComparison.Ordinal);
        Assert.Equal(["aa", "zz"], service.Requests.OfType<ListCloseWaitsRequest>().Select(request => request.FindingId).Distinct());
    }

    [Fact]
    public async Task A_slow_answer_is_waited_for_once_and_not_at_all_when_the_reader_has_gone_on()
    {
        TaskCompletionSource<SocketRecord[]> first = new(), second = new();
        var service = new FakeService { ListSockets = request => request.FindingId == "aa" ? first.Task : second.Task };
        await using FakeHost host = await FakeHost.StartAsync(service.Say(Findings()));
        await using Scene scene = Scene.Start(host);
        await scene.UntilSeen("415 sockets of game-server");
        scene.Press(TopScene.Key(ConsoleKey.Enter));
        await scene.UntilSeen("asking ...");
        await scene.UntilDrawn(5); // each second
        Assert.Single(service.Requests.OfType<ListCloseWaitsRequest>());

        scene.Press(TopScene.Key(ConsoleKey.Escape));
        scene.Press(TopScene.Key('j'));
        scene.Press(TopScene.Key(ConsoleKey.Enter));
        await scene.UntilSeen("96 sockets of php", afresh: true);
        first.SetResult([Socket(1)]);
        await scene.UntilDrawn(3);
        second.SetResult([Socket(2)]);
        await scene.UntilSeen("10.0.0.2:");
        Assert.DoesNotContain("10.0.0.1:", scene.Screen, StringComparison.Ordinal);
        Assert.DoesNotContain("cancel", scene.Screen, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_verdict_that_was_asked_for_is_that_of_the_finding()
    {
        FakeService service = Service();
        await using FakeHost host = await FakeHost.StartAsync(service);
        await using Scene scene = Scene.Start(host, "--verdict", "slow-close", "--port", "80");
        await scene.UntilSeen("415 sockets of game-server");
        scene.Press(TopScene.Key(ConsoleKey.Enter));
        await scene.UntilSeen("10.0.0.5:43210");
        Assert.Equal([Verdict.SlowClose], service.Requests.OfType<WatchFindingsRequest>().Single().Filter.Verdicts);
        SocketFilter sockets = service.Requests.OfType<ListCloseWaitsRequest>().First().Filter;
        Assert.Empty(sockets.Verdicts);
        Assert.Equal([80u], sockets.Ports);
    }

    [Fact]
    public async Task A_daemon_that_ends_gives_the_terminal_back_and_one_line()
    {
        FakeService service = Service();
        await using FakeHost host = await FakeHost.StartAsync(service);
        await using Scene scene = Scene.Start(host);
        await scene.UntilSeen("415 sockets of game-server");
        service.Hush();
        CommandRun run = await scene.End;
        Assert.Equal(ExitCode.CannotConnect, run.ExitCode);
        Assert.Equal("closewait: the daemon ended the stream\n", run.Error);
        Assert.EndsWith("\e[?1049l", scene.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_of_the_daemon_never_takes_the_screen_for_long()
    {
        var service = new FakeService { StreamRefusal = new Status(StatusCode.ResourceExhausted, "256 streams are open already, which is the limit") };
        await using FakeHost host = await FakeHost.StartAsync(service);
        await using Scene scene = Scene.Start(host);
        CommandRun run = await scene.End;
        Assert.NotEqual(ExitCode.Ok, run.ExitCode);
        Assert.Contains("256 streams are open already", run.Error, StringComparison.Ordinal);
        Assert.EndsWith("\e[?1049l", scene.Screen, StringComparison.Ordinal);
    }

    private static FakeService Service() => new FakeService
    {
        Sockets = [Samples.PooledConnection()],
        Explanations = [new ExplainSocketResponse { Socket = Samples.PooledConnection(), HarmlessWhen = "it is not" }],
    }.Say(Findings());

    private static WatchFindingsResponse Findings() => new() { Findings = TopScene.Batch(Kind.Existing, TopScene.Three()) };

    private static SocketRecord Socket(int number)
    {
        SocketRecord socket = Samples.PooledConnection();
        socket.RemoteAddress = $"10.0.0.{number}";
        return socket;
    }

    /// <summary>The command on a terminal that is only text.</summary>
    private sealed class Scene : IAsyncDisposable
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
        private readonly Channel<ConsoleKeyInfo> _keys = Channel.CreateUnbounded<ConsoleKeyInfo>();
        private readonly StringWriter _text = new();
        private readonly TextWriter _screen;

        private Scene(FakeHost host, string[] options)
        {
            _screen = TextWriter.Synchronized(_text);
            End = CommandRun.AtAsync(
                host,
                context => context with
                {
                    Clock = TimeProvider.System,
                    OpenTerminal = () => new Terminal(_screen, () => (80, 24), _keys.Reader),
                    Environment = name => name == "TERM" ? "xterm" : null,
                },
                ["top", .. options]);
        }

        public Task<CommandRun> End { get; }

        public string Screen
        {
            get
            {
                lock (_screen)
                    return _text.ToString();
            }
        }

        public static Scene Start(FakeHost host, params string[] options) => new(host, options);

        public void Press(ConsoleKeyInfo key) => _keys.Writer.TryWrite(key);

        /// <param name="text">What is to be on the screen.</param>
        /// <param name="afresh">It does not count that it was there before.</param>
        public Task UntilSeen(string text, bool afresh = false)
        {
            int start = afresh ? Screen.Length : 0;
            return Until(() => Screen.IndexOf(text, start, StringComparison.Ordinal) >= 0);
        }

        /// <summary>Waits for so many frames more.</summary>
        public Task UntilDrawn(int frames)
        {
            int goal = FramesIn(Screen) + frames;
            return Until(() => FramesIn(Screen) >= goal);
        }

        private static int FramesIn(string screen) => screen.Split("\e[H").Length - 1;

        private async Task Until(Func<bool> condition)
        {
            using var patience = new CancellationTokenSource(Patience);
            while (!condition())
            {
                if (End.IsCompleted)
                    Assert.Fail($"it ended: {(await End).Error}");
                await Task.Delay(5, patience.Token);
            }
        }

        public async ValueTask DisposeAsync()
        {
            _keys.Writer.TryComplete();
            await End;
            await _screen.DisposeAsync();
        }
    }
}
