// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;

namespace Tracer.Bench.Experiments;

/// <summary>What an established connection pays for each request and response: the hooks that know who reads and who sends.</summary>
internal sealed class PingPong : IExperiment
{
    private const int RoundTrips = 60_000;

    private static readonly Goal Usual = Goal.AtMost("ping-pong", 1.03, "64-byte request and response, two threads, with the daemon / without");
    private static readonly Goal Calls = Goal.Told("ping-pong-calls", "both ends in one thread: its four calls alone, with the daemon / without");

    private static readonly (Goal Goal, string[] Options)[] WithoutSlots =
    [
        (Goal.Told("ping-pong-no-receive", "the four calls, --hooks receive=sequence-numbers / without the daemon"), ["--hooks", "receive=sequence-numbers"]),
        (Goal.Told("ping-pong-no-send", "the four calls, --hooks send=none / without the daemon"), ["--hooks", "send=none"]),
    ];

    public IReadOnlyList<Goal> Goals => [Usual, Calls, .. WithoutSlots.Select(slot => slot.Goal)];

    public bool IsQuick => true;

    public async Task Run(Lab lab)
    {
        await using NetworkNamespace netns = await NetworkNamespace.Create();
        await using TimedProgram two = await TimedProgram.PingPong(lab, netns, "two", RoundTrips);
        await using TimedProgram one = await TimedProgram.PingPong(lab, netns, "one", RoundTrips);
        await two.Measure();
        await one.Measure();
        await lab.Alternate("requests and responses", async () =>
        {
            lab.Add(Usual, await two.Ratio(() => Observer.Quiet(lab)));
            lab.Add(Calls, await one.Ratio(() => Observer.Quiet(lab)));
            foreach ((Goal goal, string[] options) in lab.IsQuick ? [] : WithoutSlots)
                lab.Add(goal, await one.Ratio(() => Observer.Quiet(lab, options)));
        });
    }
}
