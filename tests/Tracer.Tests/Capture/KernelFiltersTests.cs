// SPDX-License-Identifier: Apache-2.0
using Tracer.Api;
using Tracer.Capture;
using Tracer.Wire;

namespace Tracer.Tests.Capture;

/// <summary>The filters of the kernel let through at least what was asked for; narrower would lose events without a trace.</summary>
public sealed class KernelFiltersTests
{
    private const int Rounds = 3_000;
    private const int ChangesPerRound = 60;

    private static readonly TransitionInterest Everything = new(TransitionInterest.AllStates, [], [], [], [], [], [], []);
    private static readonly string[] Paths = ["/a", "/a/b", "/c", "/d", "/unknown"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void What_an_interest_matches_also_passes_the_compiled_filters(int seed)
    {
        var random = new Random(seed);
        int matched = 0;
        for (int round = 0; round < Rounds; round++)
        {
            TransitionInterest[] interests = [.. Enumerable.Range(0, random.Next(1, 11)).Select(_ => RandomInterest(random))];
            IReadOnlyList<TcpFilter> filters = KernelFilters.Compile(interests, InterestMatcher.CgroupId);
            Assert.InRange(filters.Count, 1, KernelFilters.Slots);
            for (int i = 0; i < ChangesPerRound; i++)
            {
                SeenChange change = RandomChange(random);
                if (!interests.Any(interest => InterestMatcher.Matches(interest, change)))
                    continue;
                matched++;
                Assert.True(InterestMatcher.Passes(filters, change), $"seed {seed}, round {round}: {change} was asked for");
            }
        }
        Assert.InRange(matched, Rounds, int.MaxValue); // else the generators miss each other and nothing was tested
    }

    [Fact]
    public void What_fits_passes_exactly()
    {
        var random = new Random(5);
        int refused = 0;
        for (int round = 0; round < Rounds; round++)
        {
            TransitionInterest interest = RandomInterest(random);
            if (!KernelFilters.Fits(interest) || interest.Cgroups.Contains("/unknown"))
                continue;
            IReadOnlyList<TcpFilter> filters = KernelFilters.Compile([interest], InterestMatcher.CgroupId);
            for (int i = 0; i < ChangesPerRound; i++)
            {
                SeenChange change = RandomChange(random);
                bool isWanted = InterestMatcher.Matches(interest, change);
                refused += isWanted ? 0 : 1;
                Assert.Equal(isWanted, InterestMatcher.Passes(filters, change));
            }
        }
        Assert.InRange(refused, Rounds, int.MaxValue);
    }

    [Fact]
    public void One_interest_with_eight_combinations_takes_all_slots()
    {
        TransitionInterest interest = Everything with { LocalPorts = [80, 443], Pids = [7, 8], Families = [2, 10] };
        Assert.True(KernelFilters.Fits(interest));
        IReadOnlyList<TcpFilter> filters = KernelFilters.Compile([interest], InterestMatcher.CgroupId);
        Assert.Equal(KernelFilters.Slots, filters.Select(f => (f.LocalPort, f.Pid, f.Family)).Distinct().Count());
        Assert.DoesNotContain(filters, f => f.LocalPort == 0 || f.Pid == 0 || f.Family == 0);
    }

    [Fact]
    public void A_list_that_does_not_fit_is_widened_and_the_others_stay()
    {
        TransitionInterest interest = Everything with { LocalPorts = [80], Pids = [1, 2, 3, 4, 5, 6, 7, 8, 9], Netns = [5] };
        Assert.False(KernelFilters.Fits(interest));
        TcpFilter only = Assert.Single(KernelFilters.Compile([interest], InterestMatcher.CgroupId));
        Assert.Equal((80, 0u, 5u), (only.LocalPort, only.Pid, only.Netns));
    }

    [Fact]
    public void More_interests_than_slots_become_one_filter_with_all_their_states()
    {
        TransitionInterest[] interests = [.. Enumerable.Range(1, KernelFilters.Slots + 1).Select(state => Everything with { StateMask = 1u << state, LocalPorts = [80] })];
        TcpFilter only = Assert.Single(KernelFilters.Compile(interests, InterestMatcher.CgroupId));
        Assert.Equal((0x3feu, 0), (only.StateMask, only.LocalPort));
    }

    [Fact]
    public void As_many_interests_as_slots_keep_one_filter_each()
    {
        TransitionInterest[] interests = [.. Enumerable.Range(1, KernelFilters.Slots).Select(port => Everything with { LocalPorts = [(ushort)port] })];
        Assert.Equal(Enumerable.Range(1, KernelFilters.Slots), KernelFilters.Compile(interests, InterestMatcher.CgroupId).Select(f => (int)f.LocalPort));
    }

    [Fact]
    public void Beside_a_watcher_of_everything_nobody_needs_a_filter()
    {
        TransitionInterest[] interests = [Everything with { LocalPorts = [80] }, Everything, Everything with { Pids = [1] }];
        Assert.True(KernelFilters.IsEverything(Assert.Single(KernelFilters.Compile(interests, InterestMatcher.CgroupId))));
        Assert.False(KernelFilters.IsEverything(Assert.Single(KernelFilters.Compile([interests[0]], InterestMatcher.CgroupId))));
        Assert.False(KernelFilters.IsEverything(Assert.Single(KernelFilters.Compile([Everything with { StateMask = 1 << 8 }], InterestMatcher.CgroupId))));
    }

    [Fact]
    public void Nobody_watching_compiles_to_no_filter() => Assert.Empty(KernelFilters.Compile([], InterestMatcher.CgroupId));

    [Fact]
    public void A_cgroup_whose_id_is_not_known_lets_every_cgroup_pass()
    {
        IReadOnlyList<TcpFilter> filters = KernelFilters.Compile([Everything with { Cgroups = ["/a", "/unknown"] }], InterestMatcher.CgroupId);
        Assert.True(InterestMatcher.Passes(filters, new SeenChange(8, 1, 2, 3, 4, 2, "/c")));
        filters = KernelFilters.Compile([Everything with { Cgroups = ["/a"] }], InterestMatcher.CgroupId);
        Assert.False(InterestMatcher.Passes(filters, new SeenChange(8, 1, 2, 3, 4, 2, "/c")));
        Assert.True(InterestMatcher.Passes(filters, new SeenChange(8, 1, 2, 3, 4, 2, "/a/b")));
    }

    [Fact]
    public void Whether_lists_fit_survives_their_product_being_huge()
    {
        uint[] many = [.. Enumerable.Range(1, 2_000).Select(n => (uint)n)];
        ushort[] ports = [.. Enumerable.Range(1, 2_000).Select(n => (ushort)n)];
        Assert.False(KernelFilters.Fits(new TransitionInterest(1, many, ports, ports, ports, many, [2, 10], [])));
        Assert.True(KernelFilters.Fits(Everything));
        Assert.True(KernelFilters.Fits(Everything with { AnyPorts = ports[..8] }));
        Assert.False(KernelFilters.Fits(Everything with { AnyPorts = ports[..9] }));
    }

    private static TransitionInterest RandomInterest(Random random) => new(
        (uint)random.Next(1, 1 << 12) << 1,
        RandomList(random, () => (uint)random.Next(1, 5)),
        RandomList(random, () => (ushort)random.Next(1, 5)),
        RandomList(random, () => (ushort)random.Next(1, 5)),
        RandomList(random, () => (ushort)random.Next(1, 5)),
        RandomList(random, () => (uint)random.Next(1, 4)),
        RandomList(random, () => random.Next(2) == 0 ? (byte)2 : (byte)10),
        RandomList(random, () => Paths[random.Next(Paths.Length)]));

    private static T[] RandomList<T>(Random random, Func<T> next) =>
        random.Next(2) == 0 ? [] : [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => next()).Distinct()];

    private static SeenChange RandomChange(Random random) => new(
        random.Next(1, 13), (ushort)random.Next(1, 5), (ushort)random.Next(1, 5), (uint)random.Next(1, 5), (uint)random.Next(1, 4),
        random.Next(2) == 0 ? (byte)2 : (byte)10, Paths[random.Next(Paths.Length - 1)]);
}
