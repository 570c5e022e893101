// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests.Rungs;

/// <summary>
/// Every rung of every ladder that this kernel takes, forced to be the active one: no transition is lost, nobody is
/// named who was not there, and what the rung cannot know is unknown and said to be.
/// </summary>
[Trait("Guest", "yes")]
public sealed class RungTests : KernelTest
{
    private static readonly string[] ServersLife =
    [
        "Listen -> SynRecv", "SynRecv -> Established", "Established -> CloseWait", "CloseWait -> LastAck", "LastAck -> Close",
    ];

    private static readonly string[] ClientsLife =
    [
        "Close -> SynSent", "SynSent -> Established", "Established -> FinWait1", "FinWait1 -> FinWait2", "FinWait2 -> Close",
    ];

    // What a rung cannot tell. Everything else has to be told with it.
    private static readonly Dictionary<string, Question[]> Unanswerable = new()
    {
        ["task=none"] =
        [
            Question.WhereAccepted, Question.WhereConnected, Question.WhoRead, Question.WhoReadTheEnd, Question.WhereTheEndWasRead, Question.WhoListens,
            Question.WhoClosed, Question.WhereClosed, Question.HowItEnded, Question.WhoClosedAfterReset, Question.DidItsProcessEnd,
        ],
        ["receive=sequence-numbers"] = [Question.WhoRead, Question.WhoReadTheEnd, Question.WhereTheEndWasRead],
        ["send=none"] = [Question.IsItStillSentTo],
        ["snapshot=none"] = [Question.WhoHoldsWhatExistedBefore, Question.IsItAcceptedAtAll],
        ["holders=none"] = [Question.WhoHoldsIt, Question.WhoHoldsWhatExistedBefore],
        ["release=scan"] = [Question.WhoClosedAfterReset],
    };

    public static TheoryData<Rung> Rungs() => [.. Prerequisites.Missing is null ? Rung.All() : []];

    [Fact]
    public async Task Leaking_server_is_told_by_the_rungs_that_are_chosen()
    {
        foreach (Hook hook in await TellLeakingServer())
            RungRecord.Add(hook.Fact, hook.Rung, "chosen");
    }

    [Theory]
    [MemberData(nameof(Rungs), DisableDiscoveryEnumeration = true)]
    public async Task Leaking_server_is_told_by(Rung rung)
    {
        if (rung.Refusal.Length > 0)
            Assert.Skip($"not on this kernel: {rung.Refusal}");
        // The walk by tables is a matter of its own, and takes an emulated machine half a minute.
        string[] stacks = rung.Fact == "stacks" ? [] : ["--hooks", "stacks=frame-pointers"];
        List<Hook> hooks = await TellLeakingServer([.. rung.Options, .. stacks]);
        Assert.Equal(rung.Name, hooks.Single(hook => hook.Fact == rung.Fact).Rung);
        RungRecord.Add(rung.Fact, rung.Name, "works");
    }

    /// <summary>The whole story with a daemon of its own; returns the hooks that were active.</summary>
    private static async Task<List<Hook>> TellLeakingServer(params string[] options)
    {
        await using LeakStory story = await LeakStory.Begin();
        await using Daemon daemon = await Daemon.Start([.. options, "--scan-period", "1s"]);
        List<Hook> hooks = [.. (await daemon.Status()).Hooks];
        await using CloseWaitJournal journal = new(daemon);
        await using TransitionJournal transitions = await TransitionJournal.Start(daemon);

        await story.Leak();
        await AssertAnswered(hooks, () => story.AskOfStuck(daemon), () => story.Describe(journal));
        await story.End();
        await AssertAnswered(hooks, () => Task.FromResult(story.AskOfEnded(journal)), () => story.Describe(journal), Question.WhoClosedAfterReset);
        await story.CloseLeftOpen();
        await AssertAnswered(hooks, () => Task.FromResult(story.AskOfEnded(journal)), () => story.Describe(journal));

        await Deadline.Until(
            "the last state is told",
            () => story.Lives(transitions) is var (server, client) && server.Length >= ServersLife.Length && client.Length >= ClientsLife.Length,
            evidence: () => story.Lives(transitions) is var (server, client)
                ? $"server: {string.Join(", ", server)}; client: {string.Join(", ", client)}; {transitions.Lost} announced as lost"
                : "");
        Assert.Equal(ServersLife, story.Lives(transitions).Server);
        Assert.Equal(ClientsLife, story.Lives(transitions).Client);
        Assert.Empty(story.Bystanders(transitions));
        Assert.Equal(0ul, transitions.Lost + journal.Lost);
        return hooks;
    }

    /// <summary>Waits until all that can be known is; then nothing may be wrong, and what is unknown is said to be.</summary>
    private static async Task AssertAnswered(List<Hook> hooks, Func<Task<Dictionary<Question, Answer>>> ask, Func<string> evidence, params Question[] later)
    {
        HashSet<Question> mayBeUnknown = [.. later];
        bool Uses(string fact, string rung) => hooks.Exists(hook => (hook.Fact, hook.Rung) == (fact, rung));
        if (Uses("accept", "first-use") && Uses("receive", "sequence-numbers"))
            mayBeUnknown.Add(Question.WhereAccepted); // the server sends nothing either: it is known by its descriptor only
        if (Uses("task", "none") && Uses("holders", "none"))
            mayBeUnknown.UnionWith([Question.WhoAccepted, Question.WhoConnected]); // not even by their descriptors
        foreach (Hook hook in hooks)
        {
            Question[] lost = Unanswerable.GetValueOrDefault($"{hook.Fact}={hook.Rung}", []);
            mayBeUnknown.UnionWith(lost);
            Assert.True(lost.Length == 0 || hook.Cost.Length > 0, $"{hook.Fact}={hook.Rung} does not say what it costs");
        }

        Dictionary<Question, Answer> answers = [];
        await Deadline.Until(
            "all is answered that can be",
            async () =>
            {
                answers = await ask();
                return answers.All(one => one.Value == Answer.Right || mayBeUnknown.Contains(one.Key)) ? "answered" : null;
            },
            evidence: () => string.Join(", ", answers.Where(one => one.Value != Answer.Right && !mayBeUnknown.Contains(one.Key)).Select(one => $"{one.Key}: {one.Value}")) + "\n" + evidence());
        Assert.DoesNotContain(Answer.Wrong, answers.Values);
    }
}
