// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests.Scenarios;

/// <summary>Keepalive or retransmission gives up: the socket vanishes, the descriptor does not.</summary>
public sealed class TimedOut
{
    private readonly Story _story = new();

    [Theory]
    [InlineData(110)]
    [InlineData(113)]
    [InlineData(101)]
    [InlineData(112)]
    [InlineData(100)]
    public void The_timer_is_named_and_the_descriptor_is_still_open(byte error)
    {
        Conn conn = new(1);
        _story.Apply(conn.Enter(_story.Now)).After(120 * Story.Second).Apply(conn.Fail(_story.Now, error));
        Assert.Equal(EndReason.TimedOut, _story.Last.End);
        Assert.True(_story.Last.DescriptorLeftOpen);
        Assert.False(_story.Last.HasCloser);
        Assert.Equal(1UL, _story.Ledger.Counters.LeftOpen);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(12)]
    public void An_end_that_nothing_explains_is_unknown(byte error)
    {
        Conn conn = new(1);
        _story.Apply(conn.Enter(_story.Now)).Apply(conn.Fail(_story.Now, error));
        Assert.Equal(EndReason.Unknown, _story.Last.End);
        Assert.True(_story.Last.DescriptorLeftOpen);
    }
}
