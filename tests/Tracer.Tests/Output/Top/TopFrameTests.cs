// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Output;
using Tracer.Output.Top;
using Tracer.Tests.Fake;
using Kind = CloseWait.V1.FindingChange.Types.Kind;

namespace Tracer.Tests.Output.Top;

public sealed class TopFrameTests
{
    private static readonly TopFrame Frame = new(new OutputStyle(new Palette(enabled: false), Headers: true, CutLongFields: true, TimeZoneInfo.Utc));

    [Fact]
    public void Findings_fit_80_by_24()
    {
        TopState state = TopScene.State(TopScene.Three());
        GoldenFile.AssertEqual("top-findings.txt", Draw(state, 80, 24));
    }

    [Fact]
    public void Sockets_and_help_fit_80_by_24()
    {
        TopState state = TopScene.State(TopScene.Three());
        state.Press(TopScene.Key(ConsoleKey.Enter));
        state.Show([Samples.PooledConnection(), Samples.PooledConnection()]);
        string sockets = Draw(state, 80, 24);
        state.Press(TopScene.Key('?'));
        GoldenFile.AssertEqual("top-sockets.txt", sockets + Draw(state, 80, 24));
    }

    [Theory]
    [InlineData(40, 8)]
    [InlineData(80, 24)]
    [InlineData(251, 70)]
    public void A_frame_is_as_high_as_the_screen_and_never_wider(int width, int height)
    {
        TopState state = TopScene.State([.. Enumerable.Range(0, 200).Select(i =>
            TopScene.Finding($"f{i}", Severity.Notice, (ulong)i, "a-rather-long-name", Verdict.EofNotRead))]);
        foreach (ConsoleKeyInfo key in new[] { TopScene.Key(ConsoleKey.End), TopScene.Key(ConsoleKey.Enter), TopScene.Key('?') })
        {
            state.Press(key);
            List<string> lines = Frame.Lines(state, width, height, TopScene.Now);
            Assert.Equal(height, lines.Count);
            Assert.All(lines, line => Assert.InRange(Plain(line).Length, 0, width));
        }
    }

    [Fact]
    public void That_the_screen_is_paused_and_what_was_lost_is_never_cut_off()
    {
        TopState state = TopScene.State(TopScene.Three());
        state.Board.Summary.CloseWaits = 1_000_000;
        state.Board.Apply(new EventsLost { Count = 12 });
        state.Press(TopScene.Key(' '));
        Assert.StartsWith("closewait top 03:04:05  PAUSED  12 events lost  ", Frame.Lines(state, 50, 24, TopScene.Now)[0], StringComparison.Ordinal);
    }

    [Fact]
    public void The_chosen_row_is_on_the_screen_however_far_down()
    {
        TopState state = TopScene.State([.. Enumerable.Range(0, 200).Select(i =>
            TopScene.Finding($"f{i}", Severity.Notice, (ulong)(1000 - i), "x", Verdict.EofNotRead))]);
        state.Press(TopScene.Key(ConsoleKey.End));
        Assert.Contains(Frame.Lines(state, 80, 24, TopScene.Now), line => line.StartsWith("\e[7m", StringComparison.Ordinal) && line.Contains(" 801 ", StringComparison.Ordinal));
    }

    [Fact]
    public void Names_of_targets_cannot_move_the_cursor()
    {
        Finding hostile = TopScene.Finding("x", Severity.Notice, 1, "a\e[2Jb\n", Verdict.EofNotRead);
        hostile.Code.Label = "f\r\e]0;title\a";
        hostile.Headline = "h\e[H";
        TopState state = TopScene.State(hostile);
        string findings = Draw(state, 80, 24);
        state.Press(TopScene.Key(ConsoleKey.Enter));
        Assert.DoesNotContain('\e', findings + Draw(state, 80, 24));
    }

    [Fact]
    public void An_empty_board_says_what_that_means()
    {
        var state = new TopState();
        state.Board.Apply(TopScene.Batch(Kind.Existing));
        state.Refresh(TopScene.Page);
        Assert.Contains("no finding: no socket is stuck", Draw(state, 100, 24), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_said_of_sockets_before_the_daemon_has_answered()
    {
        string frame = Draw(new TopState(), 80, 24);
        Assert.StartsWith("closewait top 03:04:05\n", frame, StringComparison.Ordinal);
        Assert.Contains("asking ...", frame, StringComparison.Ordinal);
        Assert.DoesNotContain("no finding", frame, StringComparison.Ordinal);
    }

    private static string Draw(TopState state, int width, int height) =>
        string.Join('\n', Frame.Lines(state, width, height, TopScene.Now).Select(line => Plain(line).TrimEnd())) + "\n";

    private static string Plain(string line) => line.Replace("\e[7m", "", StringComparison.Ordinal).Replace("\e[0m", "", StringComparison.Ordinal);
}
