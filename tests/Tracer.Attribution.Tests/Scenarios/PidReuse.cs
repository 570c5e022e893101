// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests.Scenarios;

/// <summary>A pid comes back as another process.</summary>
public sealed class PidReuse
{
    private static readonly Proc Old = new(1000, "server", 1_000);
    private static readonly Proc New = new(1000, "cron", 9_000);

    private readonly Story _story = new();
    private readonly Conn _conn = new(1);

    public PidReuse()
    {
        _story.Apply(_conn.Enter(_story.Now)).After(60 * Story.Millisecond);
        _story.Scan([_conn], rows => rows.Held(_conn, Old, 5)).Forget();
    }

    [Fact]
    public void The_end_of_the_new_process_does_not_touch_the_holder()
    {
        _story.Exits(New);
        Assert.Empty(_story.Told);
        Story.IsHeldBy(_story.Books[_conn.Key], Old.Holding(5));
    }

    [Fact]
    public void Reused_pid_is_not_blamed_for_the_old_socket()
    {
        _story.Exits(Old);
        Assert.Empty(_story.Only(LedgerChangeKind.Updated).Holders);
        _story.Apply(_conn.EofReadBy(New.At(_story.Now)).Use(_story.Now));
        Assert.Empty(_story.Last.Holders);
    }

    [Fact]
    public void The_new_process_may_hold_it_too_if_a_scan_says_so()
    {
        _story.Scan([_conn], rows => rows.Held(_conn, New, 5).Held(_conn, Old, 5));
        Story.IsHeldBy(_story.Last, Old.Holding(5), New.Holding(5));
    }
}
