// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Commands;
using Tracer.Output;
using Tracer.Tests.Fake;
using Kind = CloseWait.V1.CloseWaitChange.Types.Kind;
using Place = CloseWait.V1.EventsLost.Types.Place;

namespace Tracer.Tests.Commands;

public sealed class WatchCommandTests
{
    private const string Follows = "closewait: following state changes\n";

    [Theory]
    [InlineData("watch.txt")]
    [InlineData("watch-no-headers.txt", "--no-headers")]
    [InlineData("watch-color.txt", "--color", "always")]
    [InlineData("watch.json", "--json")]
    public async Task Transitions_are_printed_as_recorded(string golden, params string[] arguments)
    {
        FakeService service = new FakeService().Say(
            Samples.Started(),
            Samples.Changes(Samples.Connected(), Other()),
            new WatchTransitionsResponse { Heartbeat = new Heartbeat { Time = Samples.At(5) } },
            new WatchTransitionsResponse { Lost = Samples.Lost(Place.Kernel, 3, 10) },
            Samples.Changes(Samples.Finished(), Samples.Change(TcpState.CloseWait, TcpState.LastAck, 66_000_123_456), Samples.Change(TcpState.LastAck, TcpState.Close, 66_500_000_000)));
        await using FakeHost host = await FakeHost.StartAsync(service);
        CommandRun run = await CommandRun.AtAsync(host, ["watch", "--count", "5", .. arguments]);
        Assert.Equal(ExitCode.Ok, run.ExitCode);
        GoldenFile.AssertEqual(golden, run.Out);
        string lost = "closewait: 3 events lost in the kernel (its ring was full); 10 since the daemon started\n";
        Assert.Equal(arguments.Contains("--json") ? "" : Follows + lost, run.Error);
    }

    [Theory]
    [InlineData("watch-close-waits.txt")]
    [InlineData("watch-close-waits-full.txt", "--stacks", "full")]
    [InlineData("watch-close-waits-none.txt", "--stacks", "none")]
    [InlineData("watch-close-waits.json", "--json")]
    public async Task Close_waits_are_printed_as_recorded(string golden, params string[] arguments)
    {
        await using FakeHost host = await FakeHost.StartAsync(Life());
        CommandRun run = await CommandRun.AtAsync(host, ["watch", "--close-waits", .. arguments]);
        GoldenFile.AssertEqual(golden, run.Out);
        string said = arguments.Contains("--json") ? "" : """
            closewait: sockets in CLOSE_WAIT so far: 1; following changes
            closewait: 5 events were lost in the daemon (its queue was full) since the daemon started, before this command began
            closewait: 2 events lost on the way here (this reader was too slow); 2 since this command began

            """;
        Assert.Equal(said + "closewait: the daemon ended the stream\n", run.Error);
        Assert.Equal(ExitCode.CannotConnect, run.ExitCode);
    }

    [Fact]
    public async Task The_count_ends_in_the_middle_of_a_batch()
    {
        FakeService service = new FakeService().Say(Samples.Started(), Samples.Changes(Samples.Connected(), Samples.Finished()));
        await using FakeHost host = await FakeHost.StartAsync(service);
        CommandRun run = await CommandRun.AtAsync(host, "watch", "-c", "1", "--no-headers");
        Assert.Single(run.Out.TrimEnd().Split('\n'));
        Assert.Equal(ExitCode.Ok, run.ExitCode);
    }

    [Theory]
    [InlineData("--close-waits")]
    [InlineData("--state", "established,close")]
    public async Task The_duration_ends_a_quiet_stream(params string[] arguments)
    {
        await using FakeHost host = await FakeHost.StartAsync(new FakeService());
        CommandRun run = await CommandRun.AtAsync(host, ["watch", "-d", "5s", .. arguments]);
        Assert.Equal((ExitCode.Ok, "", ""), (run.ExitCode, run.Out, run.Error));
    }

    [Fact]
    public async Task A_stream_without_heartbeats_is_broken()
    {
        await using FakeHost host = await FakeHost.StartAsync(new FakeService().Say(Samples.Started()));
        CommandRun run = await CommandRun.AtAsync(host, "watch");
        Assert.Equal(Follows + "closewait: no heartbeat for 20 s: the daemon or the way to it hangs\n", run.Error);
        Assert.Equal(ExitCode.CannotConnect, run.ExitCode);
    }

    [Fact]
    public async Task A_gap_in_the_numbers_is_told()
    {
        FakeService service = new FakeService().Say(Samples.Started()).SkipOne().Say(Samples.Changes(Samples.Connected()));
        await using FakeHost host = await FakeHost.StartAsync(service);
        CommandRun run = await CommandRun.AtAsync(host, "watch", "--count", "1");
        Assert.Equal(Follows + "closewait: message 3 of the stream came where 2 was expected\n", run.Error);
    }

    [Fact]
    public async Task A_changed_verdict_is_news_and_a_repeated_one_is_not()
    {
        SocketRecord read = Samples.PooledConnection();
        (read.Verdict, read.UnreadBytes) = (Verdict.EofReadNotClosed, 0);
        read.EofRead = Samples.Actor("apache2", 812, 812, OriginKind.Unspecified, Source.Traced, -1);
        FakeService service = new FakeService().Say(Samples.Changes(
            Samples.Change(Kind.Entered, Samples.PooledConnection()), Samples.Change(Kind.Updated, Samples.PooledConnection()),
            Samples.Change(Kind.Updated, read), Samples.Change(Kind.Updated, read), Samples.Change(Kind.Aged, read))).Hush();
        await using FakeHost host = await FakeHost.StartAsync(service);
        string[] lines = (await CommandRun.AtAsync(host, "watch", "--close-waits")).Out.Split('\n');
        string[] changes = [.. lines.Where(line => line.Contains("cookie", StringComparison.Ordinal))];
        Assert.Equal(3, changes.Length);
        Assert.Contains(" EOF_NOT_READ  idle", changes[0], StringComparison.Ordinal);
        Assert.Contains(" EOF_NOT_READ -> EOF_READ_NOT_CLOSED  idle", changes[1], StringComparison.Ordinal);
        Assert.Contains("CLOSE_WAIT  EOF_READ_NOT_CLOSED  idle", changes[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_socket_that_a_filter_lets_in_late_is_told_in_full()
    {
        FakeService service = new FakeService().Say(Samples.Changes(Samples.Change(Kind.Updated, Samples.PooledConnection()))).Hush();
        await using FakeHost host = await FakeHost.StartAsync(service);
        CommandRun run = await CommandRun.AtAsync(host, "watch", "--close-waits", "--verdict", "eof-not-read");
        Assert.Contains("UPDATED  10.0.0.5:43210 -> 10.0.0.9:8080", run.Out, StringComparison.Ordinal);
        Assert.Contains("opened by apache2(812) connect", run.Out, StringComparison.Ordinal);
    }

    private static Transition Other()
    {
        Transition change = Samples.Change(TcpState.Listen, TcpState.Close, 2_000_000_000);
        change.Cookie = 123456789012;
        change.Owner = null;
        change.LocalAddress = change.RemoteAddress = "2001:db8:1:2:3:4:5:6";
        return change;
    }

    private static FakeService Life()
    {
        SocketRecord unknown = Samples.PooledConnection();
        unknown.Holders.Clear();
        unknown.HoldersTime = null;
        SocketRecord closed = Samples.PooledConnection();
        closed.Verdict = Verdict.Unspecified;
        closed.EndReason = EndReason.Closed;
        closed.EndTime = Samples.At(9);
        closed.Closer = Samples.Actor("apache2", 812, 815, OriginKind.Unspecified, Source.Traced, 9);
        SocketRecord reset = Samples.Leaked();
        reset.Verdict = Verdict.ResetButOpen;
        reset.EndReason = EndReason.ResetByPeer;
        reset.EndTime = Samples.At(10);
        reset.DescriptorLeftOpen = true;
        SocketRecord accepted = Samples.NeverAccepted();
        accepted.NeverAccepted = false;
        accepted.Verdict = Verdict.EofNotRead;
        accepted.Holders.Add(accepted.Listener.Holders[0].Clone());
        return new FakeService().Say(
            Samples.Changes(Samples.Change(Kind.Existing, Samples.Existing())),
            Samples.SnapshotDone(1),
            new WatchCloseWaitsResponse { Lost = Samples.Lost(Place.Queue, 0, 5) },
            Samples.Changes(Samples.Change(Kind.Entered, unknown), Samples.Change(Kind.Updated, unknown), Samples.Change(Kind.Updated, Samples.PooledConnection())),
            new WatchCloseWaitsResponse { Heartbeat = new Heartbeat { Time = Samples.At(5) } },
            Samples.Changes(Samples.Change(Kind.Updated, Samples.PooledConnection()), Samples.Change(Kind.Aged, Samples.PooledConnection())),
            new WatchCloseWaitsResponse { Lost = Samples.Lost(Place.Subscriber, 2, 2) },
            Samples.Changes(Samples.Change(Kind.Entered, Samples.NeverAccepted()), Samples.Change(Kind.Updated, accepted)),
            Samples.Changes(Samples.Change(Kind.Entered, Samples.Leaked()), Samples.Change(Kind.Exited, closed)),
            Samples.Changes(Samples.Change(Kind.Exited, reset), Samples.Change(Kind.Released, reset))).Hush();
    }
}
