// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests.Scenarios;

/// <summary>ss -K: the administrator's task makes the change, the application keeps the descriptor.</summary>
public sealed class AdministrativeDestroy
{
    private static readonly Proc Administrator = new(3000, "ss");

    [Fact]
    public void It_is_told_as_destroyed_by_that_task()
    {
        Story story = new();
        Conn conn = new(1);
        story.Apply(conn.Enter(story.Now)).After(Story.Second);
        conn.By(Administrator.At(story.Now));
        story.Apply(conn.Fail(story.Now, error: 103));
        Assert.Equal(EndReason.Destroyed, story.Last.End);
        Assert.Equal(Administrator.Key, ProcessKey.Of(story.Last.Closer));
        Assert.True(story.Last.DescriptorLeftOpen);
    }
}
