// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Tests;

public sealed class CounterNamesTests
{
    [Fact]
    public void Every_counter_of_the_kernel_side_has_a_name_and_a_meaning()
    {
        Assert.Equal(Enum.GetValues<TcpCounter>().Where(c => c != TcpCounter.Count), CounterNames.Kernel.Select(k => k.Counter));
        Assert.All(CounterNames.Kernel, k => Assert.NotEqual("", k.Help));
    }

    [Fact]
    public void No_two_counters_look_alike()
    {
        Assert.Equal(CounterNames.Kernel.Count, CounterNames.Kernel.Select(k => k.Name).Distinct().Count());
        Assert.Equal(CounterNames.Kernel.Count, CounterNames.Kernel.Select(k => k.Help).Distinct().Count());
    }

    [Theory]
    [InlineData("Nested", "nested")]
    [InlineData("EventsLost", "events_lost")]
    [InlineData("QueueWalksCut", "queue_walks_cut")]
    [InlineData("", "")]
    public void Names_are_those_of_the_wire_in_lower_case(string pascalCase, string expected) =>
        Assert.Equal(expected, CounterNames.SnakeCase(pascalCase));
}
