// SPDX-License-Identifier: Apache-2.0
using System.ComponentModel;
using System.Diagnostics;
using Tracer.Bpf.Ring;
using Xunit;

namespace Tracer.Bpf.Tests;

/// <summary>Whatever happens, nothing of ours stays in the kernel.</summary>
[Collection(KernelTests.Name)]
public sealed class LifetimeTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    [Fact]
    public void A_whole_life_leaves_no_descriptor_and_disposing_twice_is_harmless()
    {
        int before = CountAfterFirstUse();

        BpfObject sample = SampleObject.LoadSample();
        BpfLink link = sample.Attach(SampleObject.StateProgram);
        BpfLink tasks = sample.AttachIterator(SampleObject.TaskProgram);
        BpfIterator iterator = tasks.OpenIterator();
        var ring = new RingReader(sample.Map("events"));
        MappedMap bss = sample.MapData(".bss");
        var doorbell = new Doorbell(ring, sample.Map("events"), bss, bss.OffsetOf("control"));
        Assert.True(OpenDescriptors.CountBpf() > before);
        for (int i = 0; i < 2; i++)
        {
            foreach (IDisposable owned in (IDisposable[])[doorbell, ring, bss, iterator, tasks, link, sample])
                owned.Dispose();
        }

        Assert.Equal(before, OpenDescriptors.CountBpf());
    }

    [Fact]
    public void The_order_of_disposal_does_not_matter()
    {
        int before = CountAfterFirstUse();

        BpfObject sample = SampleObject.LoadSample();
        BpfLink link = sample.Attach(SampleObject.StateProgram);
        var ring = new RingReader(sample.Map("events"));
        MappedMap bss = sample.MapData(".bss");
        sample.Dispose();
        LoopbackTraffic.Connect(1); // the link still runs the program, and both mappings still show its memory
        Assert.True(ring.TryRead(out _));
        Assert.True(bss.At<ulong>(bss.OffsetOf("control") + 8) > 0);
        link.Dispose();
        bss.Dispose();
        ring.Dispose();

        Assert.Throws<ObjectDisposedException>(() => bss.Bytes.Length);
        Assert.Equal(before, OpenDescriptors.CountBpf());
    }

    [Fact]
    public void A_failed_load_leaves_no_descriptor()
    {
        int before = CountAfterFirstUse();

        using (BpfObject rejected = BpfObject.Open(SampleObject.Rejected, "rejected"))
            Assert.Throws<BpfException>(rejected.Load);
        using (BpfObject absent = SampleObject.OpenSample())
        {
            // Its maps and two programs exist by the time the third one fails.
            absent.SetAutoload(SampleObject.AbsentProgram, true);
            Assert.Throws<BpfException>(absent.Load);
            Assert.Throws<BpfException>(() => absent.Attach(SampleObject.StateProgram));
        }

        Assert.Equal(before, OpenDescriptors.CountBpf());
    }

    [Fact]
    public void An_opened_object_holds_nothing_in_the_kernel()
    {
        int before = CountAfterFirstUse();

        using BpfObject sample = SampleObject.OpenSample();

        Assert.Equal(before, OpenDescriptors.CountBpf());
        Assert.Throws<BpfException>(() => sample.Map("events").Fd);
        Assert.Throws<BpfException>(() => sample.MapData(".bss"));
        Assert.Throws<BpfException>(() => new RingReader(sample.Map("events")));
        Assert.Throws<BpfException>(() => sample.Attach(SampleObject.StateProgram));
    }

    [Fact]
    public void A_map_that_is_no_ring_cannot_be_read_as_one()
    {
        using BpfObject sample = SampleObject.LoadSample();
        int before = OpenDescriptors.CountBpf();

        var error = Assert.Throws<BpfException>(() => new RingReader(sample.Map("table")));

        Assert.StartsWith("cannot map ring buffer 'table': ", error.Message);
        Assert.Equal(before, OpenDescriptors.CountBpf());
    }

    [Fact]
    public async Task A_disposed_object_is_gone_from_the_kernel()
    {
        BpfObject sample = SampleObject.LoadSample();
        BpfLink link = sample.Attach(SampleObject.StateProgram);
        int[] programs = [.. OpenDescriptors.ProgramNumbers()];
        Assert.NotEmpty(programs);
        if (!IsKnown(programs[0], out bool hasTool) && !hasTool)
            KernelGate.SkipOrFail("needs bpftool to list the kernel's programs");
        Assert.All(programs, program => Assert.True(IsKnown(program, out _)));

        link.Dispose();
        sample.Dispose();

        // The kernel frees programs after a grace period.
        long start = Stopwatch.GetTimestamp();
        while (programs.Any(program => IsKnown(program, out _)))
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Deadline, "the programs are still loaded");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void A_disposed_object_refuses_everything()
    {
        BpfObject sample = SampleObject.LoadSample();
        sample.Dispose();

        Assert.Throws<ObjectDisposedException>(() => sample.ProgramNames);
        Assert.Throws<ObjectDisposedException>(sample.Load);
        Assert.Throws<ObjectDisposedException>(() => sample.Attach(SampleObject.StateProgram));
        Assert.Throws<ObjectDisposedException>(() => sample.Map("events"));
        Assert.Throws<ObjectDisposedException>(() => sample.MapData(".bss"));
        Assert.Throws<ObjectDisposedException>(() => sample.Statistics(SampleObject.StateProgram));
        Assert.Throws<ObjectDisposedException>(() => sample.SetConstant("only_tgid", 1u));
    }

    // libbpf keeps nothing open itself, but its first use may.
    private static int CountAfterFirstUse()
    {
        SampleObject.LoadSample().Dispose();
        return OpenDescriptors.CountBpf();
    }

    private static bool IsKnown(int program, out bool hasTool)
    {
        hasTool = true;
        try
        {
            var start = new ProcessStartInfo("bpftool", ["prog", "show", "id", $"{program}"]) { RedirectStandardOutput = true, RedirectStandardError = true };
            using Process tool = Process.Start(start)!;
            tool.StandardOutput.ReadToEnd();
            tool.StandardError.ReadToEnd();
            tool.WaitForExit();
            return tool.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            hasTool = false;
            return false;
        }
    }
}
