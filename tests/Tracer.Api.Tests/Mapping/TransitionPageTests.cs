// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Api.Mapping;
using Tracer.Api.Tests.Given;
using Tracer.Wire;
using Xunit;
using TcpState = Tracer.Wire.TcpState;

namespace Tracer.Api.Tests.Mapping;

public class TransitionPageTests
{
    private readonly FakeFacts _facts = new();

    [Fact]
    public void A_transition_keeps_every_field()
    {
        _facts.AddProcess(7, "nginx", "/usr/sbin/nginx");

        Transition transition = Fresh(Owned());

        Assert.Equal("127.0.0.1", transition.LocalAddress);
        Assert.Equal("::ffff:10.0.0.9", Fresh(Mapped()).RemoteAddress);
        Assert.Equal((80u, 40_000u), (transition.LocalPort, transition.RemotePort));
        Assert.Equal((CloseWait.V1.TcpState.CloseWait, CloseWait.V1.TcpState.LastAck), (transition.OldState, transition.NewState));
        Assert.Equal(Direction.Inbound, transition.Direction);
        Assert.Equal((11u, 12u, 13ul, 14ul, 104u), (transition.UnreadBytes, transition.UnsentBytes, transition.BytesReceived, transition.BytesSent, transition.Error));
        Assert.Equal((9ul, 4026531840u, 9ul), (transition.Cookie, transition.Netns, transition.KtimeNs));
        Assert.Equal((7u, 8u, "nginx", "/usr/sbin/nginx", 99ul), (transition.Owner.Pid, transition.Owner.Tid, transition.Owner.Comm, transition.Owner.Exe, transition.Owner.StackId));
        Assert.Equal(FakeFacts.Epoch.AddTicks(5), transition.Owner.Time.ToDateTimeOffset());
        Assert.Equal(FakeFacts.Epoch.AddTicks(70), transition.Owner.ProcessStartTime.ToDateTimeOffset());
    }

    [Fact]
    public void An_owner_that_is_not_known_is_unset()
    {
        TcpEvent bystander = Owned();
        bystander.OwnerSource = TcpOwnerSource.Unknown;
        Assert.Null(Fresh(bystander).Owner);
    }

    [Fact]
    public void A_message_used_again_is_as_good_as_a_new_one()
    {
        _facts.AddProcess(7, "nginx", "/usr/sbin/nginx");
        TcpEvent[] events = [Owned(), TestSockets.Transition(3, TcpState.SynSent, TcpState.Close), Mapped(), Owned()];
        TransitionPage page = new(_facts);
        foreach (TcpEvent first in events)
        {
            foreach (TcpEvent second in events)
            {
                page.Clear();
                page.Add(in first);
                page.Clear();
                page.Add(in second);
                Assert.Equal(Fresh(second), Assert.Single(page.Batch.Transitions));
            }
        }
    }

    [Fact]
    public void A_full_page_says_so()
    {
        TransitionPage page = new(_facts);
        TcpEvent tcpEvent = Owned();
        for (int i = 0; i < TransitionPage.Capacity; i++)
        {
            Assert.False(page.IsFull);
            page.Add(in tcpEvent);
        }
        Assert.True(page.IsFull);
        page.Clear();
        Assert.Equal(0, page.Count);
    }

    [Fact]
    public void Filling_pages_again_makes_no_garbage()
    {
        TcpEvent[] events = [Owned(), Mapped(), TestSockets.Transition(3, TcpState.SynSent, TcpState.Close)];
        TransitionPage page = new(_facts);
        Fill(page, events);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
            Fill(page, events);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Fill(TransitionPage page, TcpEvent[] events)
    {
        page.Clear();
        for (int i = 0; !page.IsFull; i++)
            page.Add(in events[i % events.Length]);
    }

    private static TcpEvent Owned()
    {
        TcpEvent tcpEvent = TestSockets.Transition(9, TcpState.CloseWait, TcpState.LastAck);
        tcpEvent.Owner = WireValues.Actor(7, "nginx", ktimeNs: 500, stackId: 99);
        tcpEvent.Owner.StartBoottimeNs = 7000;
        tcpEvent.OwnerSource = TcpOwnerSource.Task;
        (tcpEvent.UnreadBytes, tcpEvent.UnsentBytes, tcpEvent.BytesReceived, tcpEvent.BytesSent, tcpEvent.SockError) = (11, 12, 13, 14, 104);
        return tcpEvent;
    }

    private static TcpEvent Mapped()
    {
        TcpEvent tcpEvent = TestSockets.Transition(4, TcpState.Established, TcpState.CloseWait);
        tcpEvent.Family = WireValues.AfInet6;
        tcpEvent.RemoteAddress = WireValues.Address("10.0.0.9");
        tcpEvent.Owner = WireValues.Actor(70, "curl");
        tcpEvent.Owner.StartBoottimeNs = 0;
        tcpEvent.OwnerSource = TcpOwnerSource.Recorded;
        return tcpEvent;
    }

    private Transition Fresh(TcpEvent tcpEvent)
    {
        TransitionPage page = new(_facts);
        page.Add(in tcpEvent);
        return page.Batch.Transitions[0];
    }
}
