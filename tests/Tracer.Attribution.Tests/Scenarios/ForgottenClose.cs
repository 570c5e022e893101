// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests.Scenarios;

/// <summary>A game server reads the end, never closes, and loses the connection by a reset two minutes later: the verdict follows each step.</summary>
public sealed class ForgottenClose
{
    private static readonly Proc Server = new(1200, "game-server");

    private readonly Story _story = new();
    private readonly Conn _conn = new Conn(1).Origin(TcpOrigin.Accept, Server.At(5));

    public ForgottenClose() => _story.Apply(_conn.Enter(_story.Now));

    [Fact]
    public void At_the_fin_nobody_has_read_it_and_there_was_no_verdict_before() =>
        _story.Turned(LedgerChangeKind.Entered, Verdict.None, Verdict.EofNotRead);

    [Fact]
    public void Reading_the_end_changes_the_verdict_at_once()
    {
        ReadEnd();
        _story.Turned(LedgerChangeKind.Updated, Verdict.EofNotRead, Verdict.EofReadNotClosed);
    }

    [Fact]
    public void The_verdict_before_is_told_until_the_next_change()
    {
        ReadEnd();
        _story.After(4 * Story.Second).Scan([_conn], rows => rows.Held(_conn, Server, 5)).After(20 * Story.Second);
        _story.Turned(LedgerChangeKind.Aged, Verdict.EofNotRead, Verdict.EofReadNotClosed);
    }

    [Fact]
    public void An_end_that_only_the_sequence_numbers_show_changes_it_too()
    {
        _conn.State.Event.UnreadBytes = 0;
        _story.After(10 * Story.Second).Scan([_conn], rows => rows.Held(_conn, Server, 5));
        _story.Turned(LedgerChangeKind.Updated, Verdict.EofNotRead, Verdict.EofReadNotClosed);
    }

    [Theory]
    [InlineData(104, EndReason.ResetByPeer)]
    [InlineData(110, EndReason.TimedOut)]
    [InlineData(103, EndReason.Destroyed)]
    public void A_connection_that_ends_below_it_leaves_the_descriptor_open(byte error, EndReason reason)
    {
        ReadEnd();
        _story.After(120 * Story.Second).Apply(_conn.Fail(_story.Now, error));
        _story.Turned(LedgerChangeKind.Exited, Verdict.EofReadNotClosed, Verdict.ResetButOpen);
        Assert.Equal(reason, _story.Last.End);
    }

    [Fact]
    public void The_late_close_ends_that_too()
    {
        ReadEnd();
        _story.Apply(_conn.Fail(_story.Now, error: 104)).After(Story.Second).Apply(_conn.Release(_story.Now, Server));
        _story.Turned(LedgerChangeKind.Released, Verdict.ResetButOpen, Verdict.None);
        Assert.Equal([Verdict.EofNotRead, Verdict.EofReadNotClosed, Verdict.ResetButOpen, Verdict.None], _story.Verdicts);
    }

    [Fact]
    public void A_close_leaves_no_verdict()
    {
        ReadEnd();
        _story.Apply(_conn.Close(_story.Now, Server));
        _story.Turned(LedgerChangeKind.Exited, Verdict.EofReadNotClosed, Verdict.None);
    }

    [Fact]
    public void An_end_whose_event_was_lost_but_whose_descriptor_is_still_there_counts_as_left_open()
    {
        _story.After(Story.Second).Scan([_conn], rows => rows.Held(_conn, Server, 5)).After(10 * Story.Second);
        _conn.State.Event.NewState = TcpState.Close;
        _story.Scan([], rows => rows.Held(_conn, Server, 5));
        Assert.Equal((EndReason.Unknown, Verdict.ResetButOpen), (_story.Last.End, _story.Last.Verdict));
    }

    [Fact]
    public void After_a_loss_downstream_the_verdict_is_told_again()
    {
        ReadEnd();
        int cursor = 0;
        _story.Ledger.Replay(ref cursor, int.MaxValue);
        _story.Turned(LedgerChangeKind.Existing, Verdict.EofNotRead, Verdict.EofReadNotClosed);
    }

    private void ReadEnd() => _story.After(Story.Millisecond).Apply(_conn.EofReadBy(Server.At(_story.Now)).Use(_story.Now));
}
