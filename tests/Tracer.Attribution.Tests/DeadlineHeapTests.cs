// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution.Tests;

public sealed class DeadlineHeapTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_earliest_deadline_is_on_top_whatever_was_changed_or_removed(int seed)
    {
        Random random = new(seed);
        DeadlineHeap heap = new();
        Dictionary<int, ulong> model = [];
        for (int step = 0; step < 5_000; step++)
        {
            Change(random, heap, model);
            Assert.Equal(model.Count > 0, heap.TryPeek(out int slot, out ulong deadline));
            if (model.Count == 0)
                continue;
            Assert.Equal(model.Values.Min(), deadline);
            Assert.Equal(model[slot], deadline);
        }
    }

    [Fact]
    public void All_deadlines_come_out_in_order()
    {
        Random random = new(4);
        DeadlineHeap heap = new();
        ulong[] deadlines = [.. Enumerable.Range(0, 1000).Select(_ => (ulong)random.Next(1, 500))];
        for (int slot = 0; slot < deadlines.Length; slot++)
            heap.Set(slot, deadlines[slot]);
        List<ulong> drained = [];
        while (heap.TryPeek(out int slot, out ulong deadline))
        {
            drained.Add(deadline);
            heap.Set(slot, 0);
        }
        Assert.Equal(deadlines.Order(), drained);
    }

    private static void Change(Random random, DeadlineHeap heap, Dictionary<int, ulong> model)
    {
        int slot = random.Next(200);
        if (random.Next(3) == 0)
        {
            heap.Remove(slot);
            model.Remove(slot);
            return;
        }
        model[slot] = (ulong)random.Next(1, 1000);
        heap.Set(slot, model[slot]);
    }
}
