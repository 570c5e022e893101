// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Output.Top;
using Kind = CloseWait.V1.FindingChange.Types.Kind;

namespace Tracer.Tests.Output.Top;

public sealed class TopStateTests
{
    [Fact]
    public void Harmless_findings_are_hidden_until_asked_for()
    {
        TopState state = TopScene.State(TopScene.Three());
        Assert.Equal(["aa", "bb"], Ids(state));
        state.Press(TopScene.Key('h'));
        Assert.Equal(["aa", "bb", "cc"], Ids(state));
    }

    [Fact]
    public void The_order_is_chosen_by_keys_and_can_be_turned_round()
    {
        TopState state = TopScene.State(TopScene.Three());
        state.Press(TopScene.Key('4'));
        Assert.Equal(["bb", "aa"], Ids(state));
        state.Press(TopScene.Key('r'));
        Assert.Equal(["aa", "bb"], Ids(state));
        state.Press(TopScene.Key('s'));
        Assert.Equal(TopOrder.Descriptors, state.Order);
    }

    [Fact]
    public void The_chosen_finding_stays_chosen_when_it_moves()
    {
        TopState state = TopScene.State(TopScene.Three());
        state.Press(TopScene.Key(ConsoleKey.DownArrow));
        Assert.Equal("bb", state.ChosenFinding!.Id);
        Finding grown = TopScene.Three()[1];
        grown.Severity = Severity.Critical;
        grown.Sockets = 5000;
        state.Board.Apply(TopScene.Batch(Kind.Changed, grown));
        state.Refresh(TopScene.Page);
        Assert.Equal(["bb", "aa"], Ids(state));
        Assert.Equal((0, "bb"), (state.Rows.Selected, state.ChosenFinding!.Id));
    }

    [Fact]
    public void Enter_goes_down_to_sockets_and_biographies_and_escape_comes_back()
    {
        TopState state = TopScene.State(TopScene.Three());
        Assert.Null(state.Question);
        state.Press(TopScene.Key(ConsoleKey.Enter), TopScene.Key(ConsoleKey.Enter)); // nothing is listed yet: the second one means nothing
        Assert.Equal(new TopQuestion("aa"), state.Question);
        state.Show(TopScene.Sockets(7, 8));
        state.Press(TopScene.Key('j'), TopScene.Key(ConsoleKey.Enter));
        Assert.Equal((TopLevel.Biography, new TopQuestion("aa", 8, TopScene.Netns)), (state.Level, state.Question));
        state.Press(TopScene.Key(ConsoleKey.Escape), TopScene.Key(ConsoleKey.Escape));
        Assert.Equal((TopLevel.Findings, null), (state.Level, state.Question));
    }

    [Fact]
    public void A_filter_is_typed_letter_by_letter_and_letters_are_no_commands_meanwhile()
    {
        TopState state = TopScene.State(TopScene.Three());
        state.Press(TopScene.Key('/'), TopScene.Key('p'), TopScene.Key('q'));
        Assert.Empty(state.Findings);
        state.Press(TopScene.Key(ConsoleKey.Backspace), TopScene.Key('h'), TopScene.Key(ConsoleKey.Enter));
        Assert.Equal("ph", state.Filter);
        Assert.Equal(["bb"], Ids(state));
        state.Press(TopScene.Key(ConsoleKey.Escape));
        Assert.Equal("", state.Filter);
    }

    [Fact]
    public void A_paused_screen_stands_still()
    {
        TopState state = TopScene.State(TopScene.Three());
        state.Press(TopScene.Key(' '));
        state.Board.Apply(TopScene.Batch(Kind.Gone, TopScene.Three()[0]));
        state.Refresh(TopScene.Page);
        Assert.Equal(["aa", "bb"], Ids(state));
        state.Press(TopScene.Key(' '));
        Assert.Equal(["bb"], Ids(state));
    }

    [Fact]
    public void A_finding_that_is_gone_leaves_the_cursor_in_the_list()
    {
        TopState state = TopScene.State(TopScene.Three());
        state.Press(TopScene.Key(ConsoleKey.End));
        state.Board.Apply(TopScene.Batch(Kind.Gone, TopScene.Three()[1]));
        state.Refresh(TopScene.Page);
        Assert.Equal((0, "aa"), (state.Rows.Selected, state.ChosenFinding!.Id));
    }

    [Fact]
    public void Quitting_is_a_wish_and_help_swallows_one_key()
    {
        TopState state = TopScene.State(TopScene.Three());
        Assert.True(state.Press(TopScene.Key('?'), TopScene.Key('q')));
        Assert.False(state.ShowsHelp);
        Assert.False(state.Press(TopScene.Key('q')));
    }

    private static string[] Ids(TopState state) => [.. state.Findings.Select(finding => finding.Id)];
}
