// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution;
using Tracer.Scenes;
using Tracer.Tests.Fake;

namespace Tracer.Tests.Scenes;

public sealed class SceneTriggerTests
{
    private static readonly SceneCondition OfHost = SceneCondition.Parse("close_wait > 100", out _)!;
    private static readonly SceneCondition OfProcesses = SceneCondition.Parse("close_wait > 10 per process", out _)!;

    private readonly SteppingClock _clock = new();

    [Fact]
    public void A_crossing_fires_once_however_long_the_value_stays_above()
    {
        SceneTrigger trigger = new([OfHost], _clock);
        Assert.Empty(Look(trigger, 100));
        SceneCrossing crossing = Assert.Single(Look(trigger, 101));
        Assert.Equal(new SceneCrossing(OfHost, SceneSubject.Host, 101), crossing);
        for (int second = 0; second < 300; second++)
            Assert.Empty(Look(trigger, 101 + second));
    }

    [Fact]
    public void A_value_that_trembles_around_the_threshold_is_one_crossing()
    {
        SceneTrigger trigger = new([OfHost], _clock);
        Assert.Single(Look(trigger, 101));
        for (int second = 0; second < 100; second++)
            Assert.Empty(Look(trigger, second % 2 == 0 ? 91 : 110));
    }

    [Fact]
    public void Clearly_below_the_threshold_it_is_armed_again()
    {
        SceneTrigger trigger = new([OfHost], _clock);
        Assert.Single(Look(trigger, 500));
        Assert.Empty(Look(trigger, 90));
        Assert.Single(Look(trigger, 101)); // of the host as a whole: not too soon, however short ago the last one was
    }

    [Fact]
    public void A_value_that_is_not_known_for_a_while_changes_nothing()
    {
        SceneTrigger trigger = new([OfHost], _clock);
        Assert.Single(Look(trigger, 500));
        Assert.Empty(trigger.Observe(_ => null, out _));
        Assert.Empty(Look(trigger, 500));
    }

    [Fact]
    public void Conditions_fire_each_for_itself()
    {
        SceneCondition higher = SceneCondition.Parse("close_wait > 200", out _)!;
        SceneTrigger trigger = new([OfHost, higher], _clock);
        Assert.Equal(OfHost, Assert.Single(Look(trigger, 150)).Condition);
        Assert.Equal(higher, Assert.Single(Look(trigger, 250)).Condition);
        Assert.Empty(Look(trigger, 150));
        Assert.Equal(higher, Assert.Single(Look(trigger, 250)).Condition);
    }

    [Fact]
    public void What_comes_true_at_once_is_one_scene()
    {
        SceneCondition higher = SceneCondition.Parse("close_wait > 200", out _)!;
        SceneTrigger trigger = new([OfHost, higher], _clock);
        Assert.Equal([OfHost, higher], Look(trigger, 250).Select(static crossing => crossing.Condition));
    }

    [Fact]
    public void Each_process_has_a_state_of_its_own()
    {
        SceneTrigger trigger = new([OfProcesses], _clock);
        Assert.Equal(SceneSubject.Of(Process(1)), Assert.Single(LookAt(trigger, out _, (1, 11), (2, 5))).Subject);
        _clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(SceneSubject.Of(Process(2)), Assert.Single(LookAt(trigger, out _, (1, 20), (2, 11))).Subject);
        _clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Empty(LookAt(trigger, out _, (1, 9), (2, 30)));
        Assert.Equal(SceneSubject.Of(Process(1)), Assert.Single(LookAt(trigger, out _, (1, 12), (2, 30))).Subject);
    }

    [Fact]
    public void Processes_in_trouble_one_after_another_make_one_scene_in_thirty_seconds_and_the_others_are_told()
    {
        SceneTrigger trigger = new([OfProcesses], _clock);
        Assert.Single(LookAt(trigger, out bool isSkipped, (1, 11)));
        Assert.False(isSkipped);
        _clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Empty(LookAt(trigger, out isSkipped, (1, 11), (2, 11)));
        Assert.True(isSkipped);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(LookAt(trigger, out isSkipped, (1, 11), (2, 11))); // its crossing is past
        Assert.False(isSkipped);
        Assert.Equal(2, LookAt(trigger, out isSkipped, (1, 11), (2, 11), (3, 11), (4, 11)).Count);
        Assert.False(isSkipped);
    }

    [Fact]
    public void A_process_that_ended_is_forgotten_and_its_pid_is_another_process()
    {
        SceneTrigger trigger = new([OfProcesses], _clock);
        Assert.Single(LookAt(trigger, out _, (1, 11)));
        Assert.Empty(LookAt(trigger, out _));
        _clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Single(LookAt(trigger, out _, (1, 11)));
    }

    [Fact]
    public void Listeners_are_told_from_processes()
    {
        SceneCondition queue = SceneCondition.Parse("listen_queue > 90%", out _)!;
        SceneTrigger trigger = new([queue], _clock);
        SceneSubject listener = SceneSubject.Of(new SocketKey(7, 1));
        Dictionary<SceneSubject, double> values = new() { [listener] = 95 };
        Assert.Equal(listener, Assert.Single(trigger.Observe(_ => values, out _)).Subject);
        Assert.Empty(trigger.Observe(_ => values, out _));
    }

    private static ProcessKey Process(uint pid) => new(pid, 1);

    private static IReadOnlyList<SceneCrossing> Look(SceneTrigger trigger, double value) =>
        trigger.Observe(_ => new Dictionary<SceneSubject, double> { [SceneSubject.Host] = value }, out _);

    private static IReadOnlyList<SceneCrossing> LookAt(SceneTrigger trigger, out bool isSkipped, params (uint Pid, double Value)[] processes) =>
        trigger.Observe(_ => processes.ToDictionary(process => SceneSubject.Of(Process(process.Pid)), process => process.Value), out isSkipped);
}
