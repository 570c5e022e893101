// SPDX-License-Identifier: Apache-2.0
using Tracer.Api;
using Tracer.Bpf.Probe;
using Tracer.Capture;

namespace Tracer.Tests.Capture;

/// <summary>What is chosen on the running kernel: needs root and BTF.</summary>
public sealed class HookPlanOnKernelTests
{
    private static readonly string[] Tracepoints =
        ["inet_sock_set_state", "sock_recv_length", "sock_send_length", "tcp_receive_reset", "tcp_destroy_sock", "sched_process_exit"];

    [Fact]
    public void Every_tracepoint_that_the_kernel_takes_is_chosen()
    {
        RequireKernel();
        using ProgramProbe probe = ProgramProbe.Open();
        HookPlan plan = HookPlan.Choose(probe, new Dictionary<string, string>());
        Assert.Null(plan.Unsupported);
        Assert.Equal("tp_btf/inet_sock_set_state", plan.RungOf("transitions"));
        foreach (HookFact fact in HookLadders.All)
        {
            string best = fact.Rungs[0].Name;
            if (Tracepoints.Any(t => best == "tp_btf/" + t))
                Assert.Equal(probe.TryTracingTracepoint(best["tp_btf/".Length..]).Works, plan.RungOf(fact.Name) == best);
        }
    }

    [Fact]
    public void The_programs_are_those_of_the_chosen_rungs()
    {
        RequireKernel();
        HookPlan plan = Choose();
        IEnumerable<string> expected = HookLadders.All.SelectMany(f => f.Rungs.Where(r => r.Name == plan.RungOf(f.Name))).SelectMany(r => r.Programs);
        Assert.Equal(expected.Order(), plan.Programs.Order());
        Assert.Contains("on_state_change", plan.Programs);
    }

    [Fact]
    public void Forcing_fentry_works_or_gives_the_reason_of_the_kernel()
    {
        RequireKernel();
        using ProgramProbe probe = ProgramProbe.Open();
        var forced = new Dictionary<string, string> { ["close"] = "fentry/tcp_close" };
        ProbeResult fentry = probe.TryFentry("tcp_close");
        if (fentry.Works)
            Assert.Contains("on_close_fentry", HookPlan.Choose(probe, forced).Programs);
        else
            Assert.Equal($"--hooks close=fentry/tcp_close: {fentry.Reason}", Assert.Throws<HookChoiceException>(() => HookPlan.Choose(probe, forced)).Message);
        HookStatus close = HookPlan.Choose(probe, new Dictionary<string, string>()).Hooks.Single(h => h.Fact == "close");
        Assert.Equal(fentry.Works ? [] : [fentry.Reason], close.Refused.Where(r => r.Rung == "fentry/tcp_close").Select(r => r.Reason));
    }

    [Fact]
    public void A_report_tries_what_the_plan_left_out_and_agrees_with_it()
    {
        RequireKernel();
        using ProgramProbe probe = ProgramProbe.Open();
        HookPlan plan = HookPlan.Choose(probe, new Dictionary<string, string> { ["close"] = "transition", ["send"] = HookLadders.None });
        IReadOnlyList<LadderReport> report = LadderReport.Make(plan, probe);
        Assert.Equal(plan.Hooks, report.Select(r => r.Hook));
        Assert.All(report, r => Assert.Equal(r.Hook.Rung, Assert.Single(r.Rungs, o => o.State == RungState.Chosen).Rung.Name));
        Assert.Equal(probe.TryTracingTracepoint("sock_send_length").Works ? RungState.Usable : RungState.Refused, report.Single(r => r.Fact.Name == "send").Rungs[0].State);
        Assert.Equal(probe.TryFentry("tcp_close").Works ? RungState.Usable : RungState.Refused, report.Single(r => r.Fact.Name == "close").Rungs[0].State);
    }

    private static HookPlan Choose(params (string Fact, string Rung)[] forced)
    {
        using ProgramProbe probe = ProgramProbe.Open();
        return HookPlan.Choose(probe, forced.ToDictionary(f => f.Fact, f => f.Rung));
    }

    private static void RequireKernel()
    {
        const string Missing = "needs root and /sys/kernel/btf/vmlinux";
        bool isThere = Environment.IsPrivilegedProcess && File.Exists("/sys/kernel/btf/vmlinux");
        if (!isThere && Environment.GetEnvironmentVariable("CLOSEWAIT_REQUIRE_KERNEL") == "1")
            Assert.Fail("CLOSEWAIT_REQUIRE_KERNEL=1, but this test " + Missing);
        Assert.SkipUnless(isThere, Missing);
    }
}
