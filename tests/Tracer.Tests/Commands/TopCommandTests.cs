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
        Assert.EndsWith("\e[?25h\e[?1049l", scene.Screen, StringComparison.Ordinal);
        Assert.Equal("aa", service.Requests.OfType<ListCloseWaitsRequest>().Single().FindingId);
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
        await scene.UntilSeen("no socket");
        scene.Press(TopScene.Key('q'));
        Assert.Equal(ExitCode.Ok, (await scene.End).ExitCode);
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
        Assert.EndsWith("\e[?25h\e[?1049l", scene.Screen, StringComparison.Ordinal);
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
        Assert.EndsWith("\e[?25h\e[?1049l", scene.Screen, StringComparison.Ordinal);
    }

    private static FakeService Service() => new FakeService
    {
        Sockets = [Samples.PooledConnection()],
        Explanations = [new ExplainSocketResponse { Socket = Samples.PooledConnection(), HarmlessWhen = "it is not" }],
    }.Say(Findings());

    private static WatchFindingsResponse Findings() => new() { Findings = TopScene.Batch(Kind.Existing, TopScene.Three()) };

    /// <summary>The command on a terminal that is only text.</summary>
    private sealed class Scene : IAsyncDisposable
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
        private readonly Channel<ConsoleKeyInfo> _keys = Channel.CreateUnbounded<ConsoleKeyInfo>();
        private readonly StringWriter _text = new();
        private readonly TextWriter _screen;

        private Scene(FakeHost host)
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
                "top");
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

        public static Scene Start(FakeHost host) => new(host);

        public void Press(ConsoleKeyInfo key) => _keys.Writer.TryWrite(key);

        public async Task UntilSeen(string text)
        {
            using var patience = new CancellationTokenSource(Patience);
            while (!Screen.Contains(text, StringComparison.Ordinal))
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
