// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Bpf;
using Tracer.Capture;

namespace Tracer.Tests.Capture;

/// <summary>The list of hooks against the compiled object. Opening it asks nothing of the kernel.</summary>
public sealed class HookLaddersTests
{
    private static IEnumerable<string> NamedPrograms => HookLadders.All.SelectMany(f => f.Rungs).SelectMany(r => r.Programs);

    [Fact]
    public void Every_program_of_a_ladder_is_in_the_object() => Assert.Empty(NamedPrograms.Except(ProgramsOn(Architecture.X64)));

    [Fact]
    public void Every_program_of_the_object_is_reached_by_a_ladder() => Assert.Empty(ProgramsOn(Architecture.X64).Except(NamedPrograms));

    [Theory]
    [InlineData(Architecture.X64)]
    [InlineData(Architecture.Arm64)]
    public void Without_unwind_tables_the_object_lacks_their_programs_only(Architecture machine)
    {
        HookRung tables = HookLadders.All.Single(f => f.Name == HookLadders.Stacks).Rungs.Single(r => r.Name == HookLadders.UnwindTables);
        Assert.Equal(NamedPrograms.Except(tables.Programs).Order(), ProgramsOn(machine, usesUnwindTables: false).Order());
    }

    [Fact]
    public void A_program_belongs_to_one_rung() => Assert.Equal(NamedPrograms.Distinct(), NamedPrograms);

    [Fact]
    public void No_two_facts_have_the_same_name() => Assert.Equal(HookLadders.All.Select(f => f.Name).Distinct(), HookLadders.All.Select(f => f.Name));

    [Fact]
    public void No_two_rungs_of_a_fact_have_the_same_name()
    {
        foreach (HookFact fact in HookLadders.All)
            Assert.Equal(fact.Rungs.Select(r => r.Name).Distinct(), fact.Rungs.Select(r => r.Name));
    }

    [Fact]
    public void Every_fact_that_is_not_required_ends_with_a_rung_that_needs_nothing_of_the_kernel()
    {
        foreach (HookFact fact in HookLadders.All.Where(f => !f.IsRequired))
        {
            HookRung last = fact.Rungs[^1];
            Assert.True(last is { Trial: null, Programs.Count: 0 }, $"{fact.Name} ends with {last.Name}");
        }
    }

    [Fact]
    public void Every_hook_that_may_be_refused_says_what_brings_it()
    {
        foreach (HookRung rung in HookLadders.All.SelectMany(f => f.Rungs))
        {
            Assert.True(rung.Trial is not null || rung.Programs.Count == 0, $"{rung.Name} has programs and is not tried");
            Assert.True(rung.Trial is null || rung.Trial.Needs.Options.Count > 0, $"{rung.Name} names no option");
        }
    }

    [Fact]
    public void Every_fact_is_told_in_plain_words() => Assert.All(HookLadders.All, f => Assert.Matches("^[a-z].* .*[^.]$", f.Meaning));

    [Fact]
    public void The_best_rung_of_a_fact_costs_nothing() => Assert.All(HookLadders.All, f => Assert.Equal("", f.Rungs[0].Cost));

    private static IReadOnlyList<string> ProgramsOn(Architecture machine, bool usesUnwindTables = true)
    {
        using BpfObject opened = BpfObject.Open(BpfResource.Read(BpfResource.NameFor(machine, usesUnwindTables)!), "closewait");
        return opened.ProgramNames;
    }
}
