// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests.Scenarios;

/// <summary>One socket, many descriptors: all are told, and only the last close ends it.</summary>
public sealed class ForkAndDup
{
    private static readonly Proc Parent = new(1000, "server", 1_000);
    private static readonly Proc Child = new(1001, "server", 2_000);

    private readonly Story _story = new();
    private readonly Conn _conn = new(1);

    public ForkAndDup()
    {
        _story.Apply(_conn.Enter(_story.Now)).After(60 * Story.Millisecond);
        _story.Scan([_conn], rows => rows.Held(_conn, Child, 5).Held(_conn, Parent, 9).Held(_conn, Parent, 5)).After(Story.Second);
    }

    [Fact]
    public void All_descriptors_of_all_processes_are_told_in_order() =>
        Story.IsHeldBy(_story.Books[_conn.Key], Parent.Holding(5), Parent.Holding(9), Child.Holding(5));

    [Fact]
    public void The_order_of_rows_is_no_change()
    {
        _story.Forget();
        _story.Scan([_conn], rows => rows.Held(_conn, Parent, 9).Held(_conn, Parent, 5).Held(_conn, Child, 5).Held(_conn, Child, 5));
        Assert.Empty(_story.Told);
    }

    [Fact]
    public void A_closed_copy_goes_with_the_next_scan()
    {
        _story.Forget();
        _story.Scan([_conn], rows => rows.Held(_conn, Child, 5).Held(_conn, Parent, 5));
        Story.IsHeldBy(_story.Only(LedgerChangeKind.Updated), Parent.Holding(5), Child.Holding(5));
    }

    [Fact]
    public void The_end_of_the_parent_leaves_the_child()
    {
        _story.Forget();
        _story.Exits(Parent);
        Story.IsHeldBy(_story.Only(LedgerChangeKind.Updated), Child.Holding(5));
        _story.After(60 * Story.Millisecond);
        Assert.False(_story.Ledger.NeedsHolderScan(_story.Now));
    }

    [Fact]
    public void The_last_close_is_the_childs()
    {
        _story.Exits(Parent).Apply(_conn.Close(_story.Now, Child));
        Assert.Equal(Child.Key, ProcessKey.Of(_story.Last.Closer));
        Assert.Equal(0, _story.Ledger.Count);
    }

    [Fact]
    public void A_scan_of_sockets_alone_leaves_the_holders_as_they_are()
    {
        _story.Forget();
        _story.Scan([_conn], scope: ScanScope.Sockets);
        Assert.Empty(_story.Told);
        Assert.Equal(3, _story.Books[_conn.Key].Holders.Length);
    }

    [Fact]
    public void A_process_that_changes_its_name_by_exec_is_the_same_process()
    {
        _story.Forget();
        Proc renamed = Child with { Comm = "cgi" };
        _story.Scan([_conn], rows => rows.Held(_conn, renamed, 5).Held(_conn, Parent, 9).Held(_conn, Parent, 5));
        Assert.Equal("cgi", _story.Only(LedgerChangeKind.Updated).Holders[2].Comm.ToText());
        _story.Exits(Child);
        Assert.Equal(2, _story.Only(LedgerChangeKind.Updated).Holders.Length);
    }
}
