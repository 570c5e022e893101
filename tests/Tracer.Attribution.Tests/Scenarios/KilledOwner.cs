// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests.Scenarios;

/// <summary>kill -9: the kernel closes everything while the process exits.</summary>
public sealed class KilledOwner
{
    private static readonly Proc Server = new(1000, "java");

    private readonly Story _story = new();
    private readonly Conn _conn = new(1);

    [Fact]
    public void The_end_is_the_end_of_the_process()
    {
        _story.Apply(_conn.Enter(_story.Now)).After(Story.Second).Apply(_conn.Close(_story.Now, Server, isExiting: true));
        Assert.Equal(EndReason.ProcessExit, _story.Last.End);
        Assert.Equal(Server.Key, ProcessKey.Of(_story.Last.Closer));
        Assert.False(_story.Last.DescriptorLeftOpen);
        Assert.Equal(0, _story.Ledger.Count);
    }

    [Fact]
    public void Unread_data_makes_no_difference()
    {
        _story.Apply(_conn.Enter(_story.Now)).Apply(_conn.Close(_story.Now, Server, isExiting: true, newState: TcpState.Close));
        Assert.Equal(EndReason.ProcessExit, _story.Last.End);
    }

    [Fact]
    public void The_process_ends_before_its_files_are_closed()
    {
        _story.Apply(_conn.Enter(_story.Now)).After(60 * Story.Millisecond);
        _story.Scan([_conn], rows => rows.Held(_conn, Server, 5)).Forget();
        _story.Exits(Server).Apply(_conn.Close(_story.Now, Server, isExiting: true));
        Assert.Equal([LedgerChangeKind.Updated, LedgerChangeKind.Exited], _story.Kinds);
        Assert.Equal(EndReason.ProcessExit, _story.Last.End);
    }
}
