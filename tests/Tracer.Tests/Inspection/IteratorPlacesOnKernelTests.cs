// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Tracer.Bpf.Probe;
using Tracer.Capture;
using Tracer.Inspection;
using Tracer.Linux;
using Tracer.Linux.Procfs;

namespace Tracer.Tests.Inspection;

/// <summary>Registers from the loaded program, compared with what procfs has of them: needs root, BTF and a kernel with bpf_task_pt_regs().</summary>
public sealed class IteratorPlacesOnKernelTests
{
    private static readonly ThreadReader Threads = new(new ProcfsRoot());

    [Fact]
    public void A_waiting_thread_is_where_procfs_says_and_has_its_other_registers_too()
    {
        using CaptureSession session = Start();
        using var bench = new InspectionBench();
        uint pid = bench.Start("read", "cat");
        uint other = bench.Start("clock_nanosleep", "sleep", "1000");

        Dictionary<uint, ThreadPlace> places = new IteratorPlaces(session).Read(pid, new HashSet<uint> { pid, other })!;

        ThreadPlace place = Assert.Single(places).Value; // of the process, not of the other one
        SyscallState state = Threads.ReadSyscall(pid, pid);
        Assert.Equal((state.InstructionPointer, state.StackPointer), (place.Registers.InstructionPointer, place.Registers.StackPointer));
        Assert.NotEqual(0ul, place.Registers.ThreadPointer);
        Assert.NotNull(place.Registers.FramePointer);
        Assert.Equal((false, Threads.ReadSwitches(pid, pid)), (place.IsRunning, place.Switches));
        Assert.True(place.StoodStillUntil(new IteratorPlaces(session).Read(pid, new HashSet<uint> { pid })![pid]));
    }

    [Fact]
    public void The_thread_that_asks_is_running_and_all_that_are_asked_for_are_there()
    {
        using CaptureSession session = Start();
        uint self = (uint)Environment.ProcessId;
        uint tid = uint.Parse(new DirectoryInfo("/proc/thread-self").ResolveLinkTarget(true)!.Name, null);
        var tids = new List<uint>();
        new DescriptorReader(new ProcfsRoot()).ReadThreads(self, 1000, tids);
        var iterator = new IteratorPlaces(session);

        Dictionary<uint, ThreadPlace> places = iterator.Read(self, new HashSet<uint>(tids))!;

        Assert.True(places[tid].IsRunning);
        Assert.InRange(places.Count, tids.Count / 2, tids.Count); // threads of a pool come and go
        Assert.Empty(iterator.Read(self, new HashSet<uint>())!);
        Assert.Empty(iterator.Read(int.MaxValue, new HashSet<uint>(tids))!);
    }

    [Fact]
    public void A_pass_over_the_threads_of_the_host_takes_microseconds()
    {
        const int passes = 500;
        const double mostMilliseconds = 50; // of the quickest pass, over a few hundred threads
        using CaptureSession session = Start();
        var iterator = new IteratorPlaces(session);
        var took = new List<double>();
        for (int pass = 0; pass < passes; pass++)
        {
            long begin = Stopwatch.GetTimestamp();
            iterator.Read((uint)Environment.ProcessId, new HashSet<uint>());
            took.Add(Stopwatch.GetElapsedTime(begin).TotalMicroseconds);
        }

        took.Sort();
        int threads = Directory.GetDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])).Sum(CountThreads);
        TestContext.Current.SendDiagnosticMessage("a pass over {0} threads: quickest {1} us, median {2} us", threads, took[0], took[passes / 2]);
        Assert.InRange(took[0], 0, mostMilliseconds * 1000);
    }

    [Fact]
    public void Where_procfs_is_forced_the_program_is_not_loaded()
    {
        CaptureSession session = Start(new Dictionary<string, string> { ["threads"] = "procfs" });
        using (session)
            Assert.False(session.HasThreads);
    }

    private static int CountThreads(string process)
    {
        var tids = new List<uint>();
        new DescriptorReader(new ProcfsRoot()).ReadThreads(uint.Parse(Path.GetFileName(process), null), 100_000, tids);
        return tids.Count;
    }

    private static CaptureSession Start(Dictionary<string, string>? forced = null)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        using ProgramProbe probe = ProgramProbe.Open();
        HookPlan plan = HookPlan.Choose(probe, forced ?? []);
        Assert.SkipUnless(forced is not null || plan.RungOf("threads") == "iter/task", "not on this kernel: it has no bpf_task_pt_regs()");
        return CaptureSession.Start(plan, probe, new CaptureOptions { TickNs = (uint)KernelFacts.Read(new ProcfsRoot()).TickNs, UnwindRows = 4096 });
    }
}
