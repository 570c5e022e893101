// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests.Scenarios;

/// <summary>The peer has finished sending (nc -N, ssh) and still receives: a legitimate CLOSE_WAIT, as long as data flows.</summary>
public sealed class HalfClose
{
    private const ulong Window = VerdictRules.HalfCloseWindowNs;

    private static readonly Proc Server = new(1000, "server");

    private readonly Story _story = new();
    private readonly Conn _conn = new Conn(1).Origin(TcpOrigin.Accept, Server.At(5));

    public HalfClose()
    {
        _story.Apply(_conn.Enter(_story.Now)).Apply(_conn.EofReadBy(Server.At(_story.Now)).Use(_story.Now)).After(60 * Story.Millisecond);
        _story.Scan([_conn], rows => rows.Held(_conn, Server, 5)).After(Story.Second);
    }

    [Fact]
    public void A_send_after_the_fin_makes_it_harmless()
    {
        Send();
        _story.Turned(LedgerChangeKind.Updated, Verdict.EofReadNotClosed, Verdict.HalfCloseInUse);
    }

    [Fact]
    public void When_the_last_send_is_too_long_ago_that_is_told_without_any_event()
    {
        Send();
        ulong sent = _story.Now;
        _story.After(Window).Forget();
        Assert.Equal(Verdict.HalfCloseInUse, _story.Books[_conn.Key].Verdict);
        _story.After(1);
        Assert.Equal(sent + Window + 1, _story.Now);
        _story.Turned(LedgerChangeKind.Updated, Verdict.HalfCloseInUse, Verdict.EofReadNotClosed);
        _story.Forget();
        _story.After(10 * Story.Millisecond);
        Assert.Empty(_story.Told);
    }

    [Fact]
    public void A_later_send_prolongs_it()
    {
        Send();
        _story.After(10 * Story.Second);
        Send();
        _story.After(10 * Story.Second);
        Assert.Equal(Verdict.HalfCloseInUse, _story.Books[_conn.Key].Verdict);
        _story.After(Window);
        Assert.Equal(Verdict.EofReadNotClosed, _story.Books[_conn.Key].Verdict);
    }

    [Fact]
    public void A_clock_that_jumps_tells_the_change_once()
    {
        Send();
        _story.Forget();
        _story.After(100 * Story.Second);
        Assert.Equal([Verdict.EofReadNotClosed], _story.Verdicts);
        Assert.Single(_story.Told);
    }

    [Fact]
    public void A_socket_that_is_gone_meanwhile_is_not_judged_again()
    {
        Send();
        _story.Apply(_conn.Close(_story.Now, Server)).Forget();
        _story.After(2 * Window);
        Assert.Empty(_story.Told);
    }

    [Fact]
    public void Left_open_by_a_reset_it_is_in_use_no_more()
    {
        Send();
        _story.Apply(_conn.Fail(_story.Now, error: 104));
        _story.Turned(LedgerChangeKind.Exited, Verdict.HalfCloseInUse, Verdict.ResetButOpen);
        _story.Forget();
        _story.After(2 * Window);
        Assert.Empty(_story.Told);
    }

    [Fact]
    public void Where_no_hook_sees_sends_the_ages_of_segments_tell()
    {
        _story.After(5 * Story.Second);
        _conn.Silent(sinceSegmentNs: Story.Second, sinceDataNs: Story.Second);
        Scan();
        _story.Turned(LedgerChangeKind.Updated, Verdict.EofReadNotClosed, Verdict.HalfCloseInUse);
        // Newer ones prolong it, though times alone are not told.
        _story.After(10 * Story.Second);
        Scan();
        _story.After(13 * Story.Second);
        Assert.Equal(Verdict.HalfCloseInUse, _story.Books[_conn.Key].Verdict);
        _story.After(2 * Story.Second);
        Assert.Equal(Verdict.EofReadNotClosed, _story.Books[_conn.Key].Verdict);
    }

    [Fact]
    public void An_event_of_another_kind_brings_newer_ages_too()
    {
        _story.After(5 * Story.Second);
        _conn.Silent(Story.Second, Story.Second);
        _story.Apply(_conn.Use(_story.Now));
        _story.Turned(LedgerChangeKind.Updated, Verdict.EofReadNotClosed, Verdict.HalfCloseInUse);
    }

    [Theory]
    [InlineData(20_000, 1_000)] // sent again and again to a peer that is gone: nothing has come since the FIN
    [InlineData(1_000, 20_000)] // keepalives only
    [InlineData(15_990, 15_990)] // the answer that was on its way when the FIN came
    public void Segments_alone_are_no_use(ulong sinceSegmentMs, ulong sinceDataMs)
    {
        _story.After(15 * Story.Second - 61 * Story.Millisecond);
        _conn.Silent(sinceSegmentMs * Story.Millisecond, sinceDataMs * Story.Millisecond);
        Scan();
        Assert.Equal(Verdict.EofReadNotClosed, _story.Books[_conn.Key].Verdict);
    }

    [Fact]
    public void What_leaves_a_socket_whose_sends_are_watched_was_written_before_the_fin()
    {
        _conn.State.Record.FirstSend = Server.At(6);
        _story.After(5 * Story.Second);
        _conn.Silent(Story.Second, Story.Second);
        Scan();
        Assert.Equal(Verdict.EofReadNotClosed, _story.Books[_conn.Key].Verdict);
    }

    private void Send()
    {
        _conn.State.Record.LastSendKtimeNs = _story.Now;
        _story.Apply(_conn.Use(_story.Now));
    }

    private void Scan() => _story.Scan([_conn], rows => rows.Held(_conn, Server, 5));
}
