// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests.Scenarios;

/// <summary>A worker keeps connections to a server that closes idle ones: nobody looks at them again.</summary>
public sealed class PooledConnection
{
    private static readonly Proc Worker = new(4000, "php-fpm8.2");

    private readonly Story _story = new();
    private readonly Conn _conn = new Conn(1).Direction(TcpDirection.Outbound).Remote("192.0.2.9", 6379).Origin(TcpOrigin.Connect, Worker.At(5));

    public PooledConnection()
    {
        _conn.State.Record.LastRead = Worker.At(10);
        _story.After(Story.Second).Apply(_conn.Enter(_story.Now, 60 * Story.Second)).After(60 * Story.Millisecond);
        _story.Scan([_conn], rows => rows.Held(_conn, Worker, 9));
    }

    [Fact]
    public void Unread_it_is_and_stays()
    {
        _story.After(100 * Story.Second).Scan([_conn], rows => rows.Held(_conn, Worker, 9));
        Assert.Equal([Verdict.EofNotRead], _story.Verdicts);
    }

    [Fact]
    public void The_pool_that_tests_it_at_last_reads_the_end_and_closes()
    {
        _story.After(100 * Story.Second).Apply(_conn.EofReadBy(Worker.At(_story.Now)).Use(_story.Now)).Apply(_conn.Close(_story.Now, Worker));
        Assert.Equal([Verdict.EofNotRead, Verdict.EofReadNotClosed, Verdict.None], _story.Verdicts);
        Assert.Equal(Verdict.EofReadNotClosed, _story.Last.PreviousVerdict);
    }

    [Fact]
    public void Bytes_read_short_of_the_end_change_nothing()
    {
        _conn.State.Event.UnreadBytes = 4000;
        _story.After(10 * Story.Second).Scan([_conn], rows => rows.Held(_conn, Worker, 9));
        _conn.State.Event.UnreadBytes = 1;
        _story.After(10 * Story.Second).Scan([_conn], rows => rows.Held(_conn, Worker, 9));
        Assert.Equal(1u, _story.Last.Last.Event.UnreadBytes);
        Assert.Equal([Verdict.EofNotRead], _story.Verdicts);
    }
}
