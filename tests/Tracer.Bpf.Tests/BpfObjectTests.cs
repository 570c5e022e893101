// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Interop;
using Xunit;

namespace Tracer.Bpf.Tests;

[Collection(KernelTests.Name)]
public sealed class BpfObjectTests
{
    [Fact]
    public void All_programs_are_listed()
    {
        using BpfObject sample = SampleObject.OpenSample();

        Assert.Equal([SampleObject.AbsentProgram, SampleObject.StateProgram, SampleObject.TaskProgram], sample.ProgramNames.Order());
    }

    [Fact]
    public void A_program_runs_once_attached_and_not_after_its_link_is_disposed()
    {
        using BpfObject sample = SampleObject.LoadSample();
        BpfMap counters = sample.Map("counters");

        using (sample.Attach(SampleObject.StateProgram))
            LoopbackTraffic.Connect(3);
        ulong seen = counters.SumPerCpu(0);
        LoopbackTraffic.Connect(3);

        Assert.True(seen >= 9, $"3 connections made {seen} state changes");
        Assert.Equal(seen, counters.SumPerCpu(0));
    }

    [Fact]
    public void A_constant_reaches_the_program()
    {
        using BpfObject sample = BpfObject.Open(SampleObject.Sample, "sample");
        sample.SetConstant("only_tgid", uint.MaxValue); // no process has this number
        sample.Load();

        using (sample.Attach(SampleObject.StateProgram))
            LoopbackTraffic.Connect(3);

        Assert.Equal(0ul, sample.Map("counters").SumPerCpu(0));
    }

    [Fact]
    public void A_constant_of_the_wrong_size_is_refused()
    {
        using BpfObject sample = SampleObject.OpenSample();

        var error = Assert.Throws<BpfException>(() => sample.SetConstant("only_tgid", 1ul));

        Assert.Equal("cannot access variable 'only_tgid': EINVAL (Invalid argument): it has 4 bytes, not 8", error.Message);
    }

    [Fact]
    public void A_constant_cannot_change_after_load()
    {
        using BpfObject sample = SampleObject.LoadSample();

        var error = Assert.Throws<BpfException>(() => sample.SetConstant("only_tgid", 1u));

        Assert.Equal(Errno.EBUSY, error.ErrorNumber);
    }

    [Fact]
    public void The_bss_mapping_is_the_live_memory_of_the_program()
    {
        using BpfObject sample = SampleObject.LoadSample();
        using MappedMap bss = sample.MapData(".bss");
        bss.At<ulong>(bss.OffsetOf("control") + 8) = 1000;

        using (sample.Attach(SampleObject.StateProgram))
            LoopbackTraffic.Connect(2);

        ulong sequence = bss.At<ulong>(bss.OffsetOf("control") + 8);
        Assert.Equal(1000 + sample.Map("counters").SumPerCpu(0), sequence);
        Assert.True(sequence > 1000);
        Assert.Equal(16, bss.Variable("control").Length);
        Assert.Throws<BpfException>(() => bss.OffsetOf("no_such_variable"));
        Assert.Throws<BpfException>(() => bss.Variable<uint>("control"));
        Assert.Throws<ArgumentOutOfRangeException>(() => bss.At<ulong>(bss.Bytes.Length - 4));
    }

    [Fact]
    public void A_program_that_cannot_load_is_left_out_by_autoload_off()
    {
        using BpfObject refused = SampleObject.OpenSample();
        refused.SetAutoload(SampleObject.AbsentProgram, true);
        Assert.Throws<BpfException>(refused.Load);

        using BpfObject sample = SampleObject.OpenSample();
        sample.SetAutoload(SampleObject.AbsentProgram, false);
        sample.SetAutoload(SampleObject.TaskProgram, false);
        sample.Load();

        var error = Assert.Throws<BpfException>(() => sample.Attach(SampleObject.TaskProgram));
        Assert.StartsWith($"cannot attach program '{SampleObject.TaskProgram}': ", error.Message);
        Assert.Throws<BpfException>(() => sample.Statistics(SampleObject.TaskProgram));
        Assert.Equal(0ul, sample.RecursionMisses(SampleObject.StateProgram));
    }

    [Fact]
    public void Bytes_that_are_no_elf_file_give_one_line()
    {
        KernelGate.Require();
        byte[] garbage = new byte[512];
        new Random(7).NextBytes(garbage);

        var error = Assert.Throws<BpfException>(() => BpfObject.Open(garbage, "garbage"));

        Assert.StartsWith("cannot open BPF object 'garbage': ", error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_cut_elf_file_is_refused_or_opened_but_never_crashes()
    {
        byte[] whole = SampleObject.Sample;
        for (int length = 0; length < whole.Length; length += whole.Length / 40)
        {
            try
            {
                BpfObject.Open(whole.AsSpan(0, length), "cut").Dispose();
            }
            catch (BpfException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        }
    }

    [Fact]
    public void Missing_names_are_reported_by_name()
    {
        using BpfObject sample = SampleObject.OpenSample();

        Assert.Equal("cannot find program 'nobody' in 'sample': ENOENT (No such file or directory)",
            Assert.Throws<BpfException>(() => sample.Attach("nobody")).Message);
        Assert.Equal("cannot find map 'nothing' in 'sample': ENOENT (No such file or directory)",
            Assert.Throws<BpfException>(() => sample.Map("nothing")).Message);
        Assert.Equal("cannot find constant 'never' in 'sample': ENOENT (No such file or directory)",
            Assert.Throws<BpfException>(() => sample.SetConstant("never", 1)).Message);
    }

    [Fact]
    public void The_verifiers_complaint_is_carried()
    {
        using BpfObject rejected = BpfObject.Open(SampleObject.Rejected, "rejected");
        var sunk = new List<string>();
        BpfLog.Sink = sunk.Add;
        try
        {
            var error = Assert.Throws<BpfException>(rejected.Load);

            Assert.Equal(Errno.EACCES, error.ErrorNumber);
            Assert.StartsWith("cannot load BPF object 'rejected': EACCES (Permission denied): ", error.Message);
            Assert.Contains("invalid mem access", error.Message);
            Assert.DoesNotContain('\n', error.Message);
            Assert.Contains(error.Log, line => line.Contains("on_rejected"));
            Assert.Equal(error.Log, sunk);
        }
        finally
        {
            BpfLog.Sink = null;
        }
    }

    [Fact]
    public void A_map_size_set_before_load_is_the_one_created()
    {
        using BpfObject sample = SampleObject.OpenSample();
        sample.SetMapMaxEntries("table", 77);
        sample.SetMapMaxEntries("events", 5000);

        sample.Load();

        Assert.Equal(77u, sample.Map("table").MaxEntries);
        uint ringSize = sample.Map("events").MaxEntries;
        Assert.True(ringSize >= 5000 && ringSize % (uint)Environment.SystemPageSize == 0, $"ring of {ringSize} bytes");
    }

    [Fact]
    public void A_map_with_autocreate_off_does_not_exist()
    {
        using BpfObject sample = SampleObject.OpenSample();
        sample.SetMapAutocreate("table", false);

        sample.Load();

        Assert.Throws<BpfException>(() => sample.Map("table").Fd);
    }
}
