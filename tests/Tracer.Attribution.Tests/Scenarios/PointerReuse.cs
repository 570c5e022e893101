// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests.Scenarios;

/// <summary>A freed struct sock is given to the next connection at once: equal keys in the kernel, two sockets in the world.</summary>
public sealed class PointerReuse
{
    private static readonly Proc First = new(1000, "first");
    private static readonly Proc Second = new(2000, "second");

    private readonly Story _story = new();
    private readonly Conn _old = new(1);
    private readonly Conn _new = new(2);

    public PointerReuse() => _new.State.Event.SockKey = _old.State.Event.SockKey;

    [Fact]
    public void The_new_socket_does_not_inherit_the_old_holders()
    {
        _story.Apply(_old.Enter(_story.Now)).After(60 * Story.Millisecond);
        _story.Scan([_old], rows => rows.Held(_old, First, 5)).Apply(_old.Close(_story.Now, First));
        _story.Apply(_new.Enter(_story.Now)).After(60 * Story.Millisecond);
        Assert.Empty(_story.Books[_new.Key].Holders);
        _story.Scan([_new], rows => rows.Held(_new, Second, 6));
        Story.IsHeldBy(_story.Books[_new.Key], Second.Holding(6));
    }

    [Fact]
    public void A_row_without_a_cookie_goes_to_the_socket_of_its_own_scan()
    {
        _story.Apply(_old.Enter(_story.Now)).Apply(_old.Fail(_story.Now, error: 104)).After(60 * Story.Millisecond);
        _story.Apply(_new.Enter(_story.Now)).After(60 * Story.Millisecond);
        TcpHolder row = _new.HolderRow(Second, 6, _story.Now);
        row.Cookie = 0;
        _story.Scan([_new], rows => rows.Row(row));
        Story.IsHeldBy(_story.Books[_new.Key], Second.Holding(6));
        Assert.Empty(_story.Books[_old.Key].Holders);
    }

    [Fact]
    public void A_socket_without_identity_is_not_tracked()
    {
        Conn nameless = new(0);
        _story.Apply(nameless.Enter(_story.Now)).Scan([nameless]);
        Assert.Equal(0, _story.Ledger.Count);
        Assert.Equal(1UL, _story.Ledger.Counters.Irrelevant);
    }
}
