// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Tracer.Bpf.Probe;
using Tracer.Linux.Interop;
using Xunit;

namespace Tracer.Bpf.Tests.Probe;

[Collection(KernelTests.Name)]
public sealed class ProgramProbeTests
{
    private const string KernelTypesPath = "/sys/kernel/btf/vmlinux";

    [Fact]
    public void What_the_product_rests_on_works()
    {
        using ProgramProbe probe = Open();

        AssertWorks(probe.TryKernelTypes());
        AssertWorks(probe.TryTracingTracepoint("inet_sock_set_state"));
        AssertWorks(probe.TryIterator("tcp"));
        AssertWorks(probe.TryIterator("task_file"));
        AssertWorks(probe.TryMapType(BpfMapType.RingBuffer));
        AssertWorks(probe.TryTracingHelper(BpfHelper.GetStack));
        AssertWorks(probe.TryTracingHelper(BpfHelper.Jiffies64));
    }

    [Theory]
    [InlineData(BpfHelper.GetCurrentCgroupId, 5, 8)]
    [InlineData(BpfHelper.ProbeReadUser, 5, 8)]
    [InlineData(BpfHelper.ProbeReadKernel, 5, 8)]
    [InlineData(BpfHelper.KtimeGetBootNs, 5, 8)]
    [InlineData(BpfHelper.SkcToTcpSock, 5, 9)]
    [InlineData(BpfHelper.GetCurrentTaskBtf, 5, 11)]
    [InlineData(BpfHelper.SockFromFile, 5, 11)]
    [InlineData(BpfHelper.GetSocketCookie, 5, 12)]
    [InlineData(BpfHelper.TaskPtRegs, 5, 15)]
    [InlineData(BpfHelper.Loop, 5, 17)]
    public void A_helper_works_on_kernels_that_have_it(BpfHelper helper, int major, int minor)
    {
        using ProgramProbe probe = Open();

        ProbeResult result = probe.TryTracingHelper(helper);

        bool isExpected = Environment.OSVersion.Version >= new Version(major, minor)
            && !(helper == BpfHelper.ProbeReadKernel && IsLockedDown());
        Assert.True(result.Works == isExpected, $"{helper}: {result}");
    }

    [Theory]
    [InlineData(BpfMapType.Hash)]
    [InlineData(BpfMapType.Array)]
    [InlineData(BpfMapType.PerCpuHash)]
    [InlineData(BpfMapType.PerCpuArray)]
    [InlineData(BpfMapType.StackTrace)]
    [InlineData(BpfMapType.LruHash)]
    [InlineData(BpfMapType.LruPerCpuHash)]
    [InlineData(BpfMapType.RingBuffer)]
    public void A_map_of_each_type_can_be_created(BpfMapType type)
    {
        using ProgramProbe probe = Open();

        AssertWorks(probe.TryMapType(type));
    }

    [Fact]
    public void What_does_not_exist_is_refused_with_a_reason()
    {
        using ProgramProbe probe = Open();

        AssertRefused(probe.TryTracingTracepoint("no_such_tracepoint"), "this kernel's BTF has no btf_trace_no_such_tracepoint: ENOENT");
        AssertRefused(probe.TryFentry("no_such_function"), "this kernel's BTF has no no_such_function: ENOENT");
        AssertRefused(probe.TryFexit("no_such_function"), "this kernel's BTF has no no_such_function: ENOENT");
        AssertRefused(probe.TryIterator("no_such_iterator"), "this kernel's BTF has no bpf_iter_no_such_iterator: ENOENT");
        AssertRefused(probe.TryKprobe("no_such_function"), "");
        AssertRefused(probe.TryKretprobe("no_such_function"), "");
        AssertRefused(probe.TryMapType((BpfMapType)1000), "the kernel refuses to create it: EINVAL");
        // Exists as a number in no kernel, so the verifier must say so.
        AssertRefused(probe.TryTracingHelper((BpfHelper)100_000), "the kernel refuses to load it: EINVAL (Invalid argument): invalid func");
    }

    [Fact]
    public void Functions_are_found_by_name()
    {
        using ProgramProbe probe = Open();

        Assert.True(probe.KernelFunctionExists("tcp_close"));
        Assert.False(probe.KernelFunctionExists("no_such_function"));
    }

    [Fact]
    public void Probes_of_functions_agree_with_what_the_kernel_shows()
    {
        using ProgramProbe probe = Open();

        ProbeResult kprobe = probe.TryKprobe("tcp_close");
        ProbeResult fentry = probe.TryFentry("tcp_close");
        ProbeResult fexit = probe.TryFexit("inet_csk_accept");

        Assert.Equal(Directory.Exists("/sys/bus/event_source/devices/kprobe") && !IsLockedDown(), kprobe.Works);
        Assert.Equal(kprobe.Works, probe.TryKretprobe("inet_csk_accept").Works);
        Assert.True(fentry.Works == fexit.Works, $"fentry: {fentry}; fexit: {fexit}"); // both need trampolines
        Assert.All([kprobe, fentry, fexit], result => Assert.Equal(result.Works, result.Reason.Length == 0));
    }

    [Fact]
    public void Kernel_types_can_come_from_a_file()
    {
        KernelGate.Require();
        using ProgramProbe probe = ProgramProbe.Open(KernelTypesPath);

        AssertWorks(probe.TryTracingTracepoint("inet_sock_set_state"));
        Assert.Equal(Errno.ENOENT, Assert.Throws<BpfException>(() => ProgramProbe.Open("/no/such/file")).ErrorNumber);
    }

    [Fact]
    public void Twenty_answers_take_less_than_a_tenth_of_a_second()
    {
        TimeSpan answering = TimeSpan.MaxValue;
        TimeSpan leaving = TimeSpan.Zero;
        for (int i = 0; i < 5; i++) // the first one pays for the JIT
        {
            long start = Stopwatch.GetTimestamp();
            ProgramProbe probe = Open();
            ProbeTwenty(probe);
            TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
            probe.Dispose();
            if (elapsed < answering)
                (answering, leaving) = (elapsed, Stopwatch.GetElapsedTime(start) - elapsed);
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"20 probes: {answering.TotalMilliseconds:F1} ms, detaching them: {leaving.TotalMilliseconds:F1} ms");
        Assert.SkipWhen(IsEmulated(), "an emulated CPU says nothing about time");
        Assert.True(answering < TimeSpan.FromMilliseconds(100), $"{answering.TotalMilliseconds:F1} ms");
    }

    [Fact]
    public void Nothing_is_left_open()
    {
        using (ProgramProbe first = Open())
            ProbeTwenty(first);
        int before = OpenDescriptors.CountBpf();
        using (ProgramProbe second = Open())
            ProbeTwenty(second);

        Assert.Equal(before, OpenDescriptors.CountBpf());
    }

    private static void ProbeTwenty(ProgramProbe probe)
    {
        probe.TryTracingTracepoint("inet_sock_set_state");
        probe.TryTracingTracepoint("tcp_destroy_sock");
        probe.TryTracingTracepoint("tcp_receive_reset");
        probe.TryFentry("tcp_close");
        probe.TryFentry("inet_csk_reqsk_queue_add");
        probe.TryFexit("inet_csk_accept");
        probe.TryFexit("tcp_recvmsg");
        probe.TryKprobe("tcp_close");
        probe.TryKretprobe("inet_csk_accept");
        probe.TryIterator("tcp");
        probe.TryIterator("task_file");
        probe.TryTracingHelper(BpfHelper.GetSocketCookie);
        probe.TryTracingHelper(BpfHelper.SockFromFile);
        probe.TryTracingHelper(BpfHelper.TaskPtRegs);
        probe.TryTracingHelper(BpfHelper.GetStack);
        probe.TryTracingHelper(BpfHelper.Loop);
        probe.TryMapType(BpfMapType.RingBuffer);
        probe.KernelFunctionExists("tcp_close");
    }

    // lockdown=confidentiality takes away what could read kernel memory: kprobes and bpf_probe_read_kernel.
    private static bool IsLockedDown()
    {
        const string state = "/sys/kernel/security/lockdown";
        return File.Exists(state) && File.ReadAllText(state).Contains("[confidentiality]", StringComparison.Ordinal);
    }

    private static bool IsEmulated() => File.ReadAllText("/proc/cpuinfo").Contains("QEMU TCG", StringComparison.Ordinal);

    private static ProgramProbe Open()
    {
        KernelGate.Require();
        return ProgramProbe.Open();
    }

    private static void AssertWorks(ProbeResult result) => Assert.True(result.Works, result.Reason);

    private static void AssertRefused(ProbeResult result, string reason)
    {
        Assert.False(result.Works);
        Assert.NotEqual(0, result.ErrorNumber);
        Assert.StartsWith(reason, result.Reason);
        Assert.DoesNotContain('\n', result.Reason);
    }
}
