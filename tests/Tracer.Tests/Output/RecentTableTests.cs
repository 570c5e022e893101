// SPDX-License-Identifier: Apache-2.0
using Tracer.Output;

namespace Tracer.Tests.Output;

public sealed class RecentTableTests
{
    [Fact]
    public void The_last_keys_are_remembered_and_the_size_is_bounded()
    {
        var table = new RecentTable<int, string>(100);
        for (int key = 0; key < 100_000; key++)
        {
            table.Set(key, $"{key}");
            Assert.True(table.Count <= 200);
        }
        Assert.All(Enumerable.Range(99_900, 100), key => Assert.True(table.TryTake(key, out string? value) && value == $"{key}"));
        Assert.False(table.TryTake(5, out _));
    }

    [Fact]
    public void A_taken_key_is_gone_and_a_set_one_has_its_last_value()
    {
        var table = new RecentTable<int, string>(2);
        table.Set(1, "old");
        table.Set(2, "x");
        table.Set(1, "new");
        Assert.True(table.TryTake(1, out string? value));
        Assert.Equal("new", value);
        Assert.False(table.TryTake(1, out _));
    }
}
