// SPDX-License-Identifier: Apache-2.0
using Tracer.Api;
using Tracer.Bpf.Probe;
using Tracer.Capture;
using Tracer.Tests.Fake;

namespace Tracer.Tests.Capture;

/// <summary>What is chosen where the kernel has nothing to offer, and what cannot be forced. Neither needs root.</summary>
public sealed class HookPlanTests : IDisposable
{
    // BTF of a kernel without any type: magic, version, flags, length of the header; offset and length of types and of strings.
    private static readonly byte[] NoTypes = [0x9f, 0xeb, 1, 0, 24, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0];

    private readonly TempFolder _folder = new();
    private readonly ProgramProbe _probe;

    public HookPlanTests()
    {
        File.WriteAllBytes(_folder.PathOf("btf"), NoTypes);
        _probe = ProgramProbe.Open(_folder.PathOf("btf"));
    }

    public void Dispose()
    {
        _probe.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_fact_that_does_not_exist_is_refused_with_the_list_of_facts()
    {
        string message = Refusal("acept", "first-use");
        Assert.Contains("'acept'", message, StringComparison.Ordinal);
        Assert.All(HookLadders.All, f => Assert.Contains(f.Name, message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_rung_that_does_not_exist_is_refused_with_the_list_of_rungs()
    {
        string message = Refusal("release", "kprobe/tcp_v4_destroy_sock");
        Assert.Contains("'release' has no rung 'kprobe/tcp_v4_destroy_sock'", message, StringComparison.Ordinal);
        Assert.Contains("tp_btf/tcp_destroy_sock, scan", message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_rung_of_another_fact_is_refused() =>
        Assert.Contains("'close' has no rung 'iter/tcp'", Refusal("close", "iter/tcp"), StringComparison.Ordinal);

    [Fact]
    public void A_rung_that_the_kernel_cannot_take_is_refused_with_the_reason() =>
        Assert.StartsWith("--hooks snapshot=iter/tcp: this kernel's BTF has no bpf_iter_tcp", Refusal("snapshot", "iter/tcp"), StringComparison.Ordinal);

    [Fact]
    public void Without_type_information_the_plan_says_why_the_kernel_is_unsupported()
    {
        HookPlan plan = HookPlan.Choose(_probe, new Dictionary<string, string>());
        Assert.StartsWith("this kernel takes no hook for transitions: tp_btf/inet_sock_set_state: this kernel's BTF has no btf_trace_inet_sock_set_state", plan.Unsupported, StringComparison.Ordinal);
        Assert.Equal("", plan.RungOf("transitions"));
        Assert.DoesNotContain("on_state_change", plan.Programs);
    }

    [Fact]
    public void Every_fact_has_one_status_and_a_refused_rung_has_a_reason()
    {
        HookPlan plan = HookPlan.Choose(_probe, new Dictionary<string, string>());
        Assert.Equal(HookLadders.All.Select(f => f.Name), plan.Hooks.Select(h => h.Fact));
        Assert.All(plan.Hooks.SelectMany(h => h.Refused), r => Assert.NotEqual("", r.Reason));
        Assert.Contains(plan.Hooks.Single(h => h.Fact == "receive").Refused, r => r.Rung == "tp_btf/sock_recv_length");
    }

    [Fact]
    public void A_fact_that_the_plan_does_not_know_has_no_rung() =>
        Assert.Equal("", HookPlan.Choose(_probe, new Dictionary<string, string>()).RungOf("weather"));

    [Fact]
    public void A_lower_rung_can_be_forced_and_lists_no_refusals()
    {
        HookPlan plan = HookPlan.Choose(_probe, new Dictionary<string, string> { ["receive"] = "sequence-numbers" });
        HookStatus receive = plan.Hooks.Single(h => h.Fact == "receive");
        Assert.Equal("sequence-numbers", receive.Rung);
        Assert.Empty(receive.Refused);
        Assert.NotEqual("", receive.Cost);
    }

    [Fact]
    public void A_report_has_every_rung_with_its_state_and_a_reason_where_it_is_not_to_be_had()
    {
        IReadOnlyList<LadderReport> report = LadderReport.Make(HookPlan.Choose(_probe, new Dictionary<string, string>()), _probe);
        Assert.Equal(HookLadders.All.SelectMany(f => f.Rungs), report.SelectMany(r => r.Rungs).Select(r => r.Rung));
        RungOutcome[] rungs = [.. report.SelectMany(r => r.Rungs)];
        Assert.All(rungs, r => Assert.Equal(r.State is RungState.Chosen or RungState.Usable, r.Reason.Length == 0));
        Assert.Equal([RungState.Refused, RungState.Refused, RungState.Chosen], report.Single(r => r.Fact.Name == "close").Rungs.Select(r => r.State));
    }

    [Fact]
    public void Better_rungs_that_are_refused_are_told_in_order()
    {
        IReadOnlyList<LadderReport> report = LadderReport.Make(HookPlan.Choose(_probe, new Dictionary<string, string>()), _probe);
        Assert.Equal(["tp_btf/sock_recv_length", "fexit/tcp_recvmsg"], report.Single(r => r.Fact.Name == "receive").BetterOnes.Take(2).Select(r => r.Rung.Name));
    }

    private string Refusal(string fact, string rung) =>
        Assert.Throws<HookChoiceException>(() => HookPlan.Choose(_probe, new Dictionary<string, string> { [fact] = rung })).Message;
}
