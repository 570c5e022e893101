// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Output;
using Tracer.Output.Top;
using Kind = CloseWait.V1.FindingChange.Types.Kind;

namespace Tracer.Tests.Output.Top;

/// <summary>The sockets of a finding while they come and go, and while it changes its id.</summary>
public sealed class TopSocketsTests
{
    private static readonly ConsoleKeyInfo Enter = TopScene.Key(ConsoleKey.Enter);

    [Fact]
    public void The_chosen_socket_stays_chosen_when_it_moves_in_the_list()
    {
        TopState state = Opened(1, 2, 3, 4);
        state.Press(TopScene.Key('j'), TopScene.Key('j'));
        state.Show(TopScene.Sockets(2, 3, 4, 5, 6));
        Assert.Equal((1, 3ul), (state.SocketRows.Selected, state.ChosenSocket!.Cookie));
    }

    [Fact]
    public void The_same_cookie_of_another_namespace_is_another_socket()
    {
        TopState state = Opened(1, 2);
        state.Press(TopScene.Key('j'));
        SocketRecord[] sockets = TopScene.Sockets(2, 1, 2);
        sockets[0].Netns++;
        state.Show(sockets);
        Assert.Equal(2, state.SocketRows.Selected);
    }

    [Fact]
    public void A_chosen_socket_that_is_gone_leaves_the_cursor_where_it_was()
    {
        TopState state = Opened(1, 2, 3);
        state.Press(TopScene.Key('j'));
        state.Show(TopScene.Sockets(1, 3));
        Assert.Equal(3ul, state.ChosenSocket!.Cookie);
    }

    [Fact]
    public void The_oldest_socket_comes_first_however_they_arrive()
    {
        TopState state = Opened([.. TopScene.Sockets(1, 2, 3).Reverse()]);
        Assert.Equal([1ul, 2ul, 3ul], state.Sockets.Select(socket => socket.Cookie));
    }

    [Fact]
    public void A_finding_that_leaves_the_board_is_not_gone_before_the_daemon_lists_no_socket_of_it()
    {
        TopState state = Opened(1, 2);
        Replace(state, []);
        Assert.Equal(("aa", new TopQuestion("aa")), (state.ChosenFinding!.Id, state.Question));
        Assert.DoesNotContain("gone", Draw(state), StringComparison.Ordinal);

        state.ShowNone(home: "");

        Assert.Null(state.ChosenFinding);
        Assert.Contains("this finding is gone", Draw(state), StringComparison.Ordinal);
        Assert.Contains("no socket of this finding is left", Draw(state), StringComparison.Ordinal);
        Assert.Equal(new TopQuestion("aa"), state.Question); // it may come back
    }

    [Fact]
    public void A_finding_that_comes_back_is_shown_again_with_the_socket_that_was_chosen()
    {
        TopState state = Opened(1, 2);
        state.Press(TopScene.Key('j'));
        Replace(state, []);
        state.ShowNone(home: "");
        Replace(state, TopScene.Three());
        state.Show(TopScene.Sockets(1, 2));
        Assert.Equal(("aa", 2ul, ""), (state.ChosenFinding!.Id, state.ChosenSocket!.Cookie, state.Notice));
    }

    [Fact]
    public void A_finding_is_followed_to_the_id_that_the_daemon_names()
    {
        TopState state = Opened(1, 2);
        state.Press(TopScene.Key('j'));
        Replace(state, [TopScene.Finding("zz", Severity.Critical, 415, "renamed", Verdict.EofReadNotClosed)]);
        state.ShowNone(home: "zz");
        Assert.Equal(("zz", new TopQuestion("zz")), (state.ChosenFinding!.Id, state.Question));
        Assert.Contains("415 sockets of renamed", Draw(state), StringComparison.Ordinal);
        state.Show(TopScene.Sockets(1, 2));
        Assert.Equal(2ul, state.ChosenSocket!.Cookie);
        state.Press(TopScene.Key(ConsoleKey.Escape));
        Assert.Equal("zz", state.ChosenFinding!.Id);
    }

    [Fact]
    public void The_daemon_names_no_harmless_finding_but_the_stream_does()
    {
        TopState state = Opened(1, 2);
        Finding harmless = TopScene.Finding("hh", Severity.Harmless, 2, "game-server", Verdict.HalfCloseInUse);
        harmless.Examples.Add(TopScene.Sockets(1));
        Replace(state, [harmless]);
        state.ShowNone(home: "");
        Assert.Equal(("hh", new TopQuestion("hh")), (state.ChosenFinding!.Id, state.Question));
    }

    [Fact]
    public void Before_a_socket_is_listed_the_example_of_the_finding_says_where_it_went()
    {
        Finding finding = TopScene.Finding("aa", Severity.Critical, 2, "game-server", Verdict.EofNotRead);
        finding.Examples.Add(TopScene.Sockets(7));
        TopState state = TopScene.State(finding);
        state.Press(Enter);
        Assert.Equal(7ul, state.Anchor!.Cookie);
    }

    [Fact]
    public void A_finding_that_leaves_the_board_changes_nothing_else_that_is_chosen()
    {
        TopState state = Opened(1, 2);
        Replace(state, [.. TopScene.Three().Skip(1)]);
        Assert.Equal("aa", state.ChosenFinding!.Id); // not the one that took its row
        state.Press(TopScene.Key(ConsoleKey.Escape));
        state.Refresh(TopScene.Page);
        Assert.Equal("bb", state.ChosenFinding!.Id);
    }

    [Fact]
    public void A_biography_follows_its_socket_to_another_finding()
    {
        TopState state = Opened(1, 2);
        state.Press(Enter);
        state.Show(["was read"], "bb");
        Assert.Equal(("bb", new TopQuestion("bb", 1, TopScene.Netns)), (state.ChosenFinding!.Id, state.Question));
        state.Show(["is harmless now"], "");
        Assert.Equal("bb", state.ChosenFinding!.Id);
    }

    [Fact]
    public void A_biography_that_is_told_again_stays_where_it_was_scrolled_to()
    {
        TopState state = Opened(1);
        state.Press(Enter);
        string[] lines = [.. Enumerable.Range(0, 100).Select(i => $"line {i}")];
        state.Show(lines, "aa");
        state.Press([.. Enumerable.Repeat(TopScene.Key('j'), 30)]);
        state.Show(lines, "aa");
        Assert.Contains("line 30\n", Draw(state), StringComparison.Ordinal);
        Assert.DoesNotContain("line 29\n", Draw(state), StringComparison.Ordinal);
    }

    [Fact]
    public void A_paused_list_takes_no_answer_but_an_empty_one_takes_the_first()
    {
        TopState state = Opened(1, 2);
        state.Press(TopScene.Key(' '));
        state.Show(TopScene.Sockets(3));
        Assert.Equal([1ul, 2ul], state.Sockets.Select(socket => socket.Cookie));
        state.Press(Enter);
        state.Show(["first"], "aa");
        state.Show(["second"], "aa");
        Assert.Equal(["first"], state.Biography);
    }

    [Fact]
    public void The_chosen_row_is_on_the_screen_also_below_a_notice()
    {
        TopState state = Opened([.. Enumerable.Range(1, 100).Select(i => (ulong)i)]);
        state.Press(TopScene.Key(ConsoleKey.End));
        state.Notice = "the daemon is busy";
        Assert.Contains(Frame.Lines(state, 80, 24, TopScene.Now), line => line.StartsWith("\e[7m", StringComparison.Ordinal));
    }

    private static readonly TopFrame Frame = new(new OutputStyle(new Palette(enabled: false), Headers: true, CutLongFields: true, TimeZoneInfo.Utc));

    private static string Draw(TopState state) => string.Join('\n', Frame.Lines(state, 80, 24, TopScene.Now)) + "\n";

    private static TopState Opened(params ulong[] cookies) => Opened(TopScene.Sockets(cookies));

    private static TopState Opened(SocketRecord[] sockets)
    {
        TopState state = TopScene.State(TopScene.Three());
        state.Press(Enter);
        state.Show(sockets);
        return state;
    }

    private static void Replace(TopState state, Finding[] findings)
    {
        state.Board.Apply(TopScene.Batch(Kind.Gone, TopScene.Three()));
        state.Board.Apply(TopScene.Batch(Kind.Appeared, findings));
        state.Refresh(TopScene.Page);
    }
}
