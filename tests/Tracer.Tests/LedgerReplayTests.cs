// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Tests;

public sealed class LedgerReplayTests
{
    [Fact]
    public void Without_a_refusal_nothing_is_told_again()
    {
        using var scene = new ReplayScene(4);
        for (ulong cookie = 1; cookie <= 16; cookie++)
            scene.Enter(cookie);
        scene.Read();
        Assert.False(scene.Replay.IsDue);
        scene.Step();
        Assert.Equal(0, scene.Queue.Count);
        Assert.Equal(scene.Truth, scene.View);
    }

    [Fact]
    public void Sockets_that_a_full_queue_refused_are_told_when_there_is_room()
    {
        using var scene = new ReplayScene(3);
        for (ulong cookie = 1; cookie <= 10; cookie++)
            scene.Enter(cookie);
        scene.Read();
        Assert.Equal((2, 8), (scene.Refused, scene.View.Count));
        scene.Finish();
        Assert.Equal(scene.Truth.Order(), scene.View.Order());
    }

    [Fact]
    public void A_socket_whose_end_was_refused_is_gone_after_the_replay()
    {
        using var scene = new ReplayScene(3);
        for (ulong cookie = 1; cookie <= 8; cookie++)
            scene.Enter(cookie);
        scene.Exit(5);
        scene.Read();
        Assert.Contains(5UL, scene.View);
        scene.Finish();
        Assert.Equal(scene.Truth.Order(), scene.View.Order());
    }

    [Fact]
    public void Many_more_sockets_than_the_queue_holds_are_told_in_one_replay_each_once()
    {
        using var scene = new ReplayScene(4);
        for (ulong cookie = 1; cookie <= 1_000; cookie++)
            scene.Enter(cookie);
        scene.Finish();
        Assert.Equal(scene.Truth.Order(), scene.View.Order());
        Assert.Equal([PumpedItemKind.ReplayBegin, PumpedItemKind.ReplayEnd], scene.Marks.Select(m => m.Kind));
        Assert.Equal(1_000, scene.Repeats.Count);
        Assert.All(scene.Repeats.Values, times => Assert.Equal(1, times));
        Assert.Equal(1_000 - 16, scene.Refused); // the replay itself was never refused
    }

    [Fact]
    public void A_replay_that_is_complete_is_not_repeated()
    {
        using var scene = new ReplayScene(3);
        scene.EnterUntilRefused(1);
        scene.Finish();
        int marks = scene.Marks.Count;
        for (int i = 0; i < 10; i++)
            scene.Step();
        Assert.Equal(0, scene.Queue.Count);
        Assert.Equal(2, marks);
    }

    [Fact]
    public void One_step_leaves_half_of_the_queue_to_what_happens_meanwhile()
    {
        using var scene = new ReplayScene(5);
        for (ulong cookie = 1; cookie <= 500; cookie++)
            scene.Enter(cookie);
        scene.Step();
        Assert.Equal(32, scene.Queue.Count); // full: nothing is added, and nothing refused
        Assert.Equal(500 - 32, scene.Refused);
        for (int round = 0; scene.Replay.IsDue; round++)
        {
            Assert.InRange(round, 0, 500);
            scene.Read();
            scene.Step();
            Assert.InRange(scene.Queue.Count, 1, (scene.Queue.Capacity / 2) + 1); // and the mark at the end
        }
    }

    [Fact]
    public void A_refusal_in_the_middle_of_a_replay_begins_it_anew()
    {
        using var scene = new ReplayScene(4);
        for (ulong cookie = 1; cookie <= 40; cookie++)
            scene.Enter(cookie);
        scene.Read();
        scene.Step();
        scene.Read();
        Assert.Equal([PumpedItemKind.ReplayBegin], scene.Marks.Select(m => m.Kind));
        scene.EnterUntilRefused(1_000);
        scene.Finish();
        Assert.Equal([PumpedItemKind.ReplayBegin, PumpedItemKind.ReplayBegin, PumpedItemKind.ReplayEnd], scene.Marks.Select(m => m.Kind));
        Assert.Equal(scene.Truth.Order(), scene.View.Order());
        Assert.All(scene.Repeats, r => Assert.InRange(r.Value, 1, 2));
        Assert.Equal(scene.Truth.Count, scene.Repeats.Count);
    }

    [Fact]
    public void Sockets_that_come_and_go_between_two_steps_are_told_rightly()
    {
        using var scene = new ReplayScene(5);
        for (ulong cookie = 1; cookie <= 100; cookie++)
            scene.Enter(cookie);
        scene.Read();
        for (ulong cookie = 1; scene.Replay.IsDue; cookie++)
        {
            scene.Step();
            scene.Exit(cookie); // told already or not yet
            scene.Exit(101 - cookie);
            scene.Enter(1_000 + cookie); // takes a place that the replay may have passed
            scene.Read();
        }
        Assert.Equal([PumpedItemKind.ReplayBegin, PumpedItemKind.ReplayEnd], scene.Marks.Select(m => m.Kind));
        Assert.Equal(scene.Truth.Order(), scene.View.Order());
    }

    [Fact]
    public void An_end_carries_the_time_of_its_step_and_an_empty_ledger_has_one_too()
    {
        using var scene = new ReplayScene(3);
        scene.Replay.NoteRefused();
        scene.Replay.Step(77);
        scene.Read();
        Assert.Equal([(PumpedItemKind.ReplayBegin, 0UL), (PumpedItemKind.ReplayEnd, 77UL)], scene.Marks);
        Assert.False(scene.Replay.IsDue);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(6)]
    public void After_any_history_the_reader_knows_what_the_ledger_knows(int capacityPowerOfTwo)
    {
        using var scene = new ReplayScene(capacityPowerOfTwo);
        var random = new Random(capacityPowerOfTwo);
        ulong next = 1;
        for (int i = 0; i < 20_000; i++)
        {
            switch (random.Next(5))
            {
                case 0 or 1:
                    scene.Enter(next++);
                    break;
                case 2 when scene.Truth.Count > 20:
                    scene.Exit(scene.Truth.ElementAt(random.Next(scene.Truth.Count)));
                    break;
                case 3 when i % 1_000 > 300: // at times the reader does not keep up
                    scene.Read(random.Next(40));
                    break;
                case 4:
                    scene.Step();
                    break;
            }
            if (scene.Truth.Count > 60)
                scene.Exit(scene.Truth.First());
        }
        Assert.InRange(scene.Refused, 100, int.MaxValue); // else nothing was repaired
        scene.Finish();
        Assert.Equal(scene.Truth.Order(), scene.View.Order());
    }
}
