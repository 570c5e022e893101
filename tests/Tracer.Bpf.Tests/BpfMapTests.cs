// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Bpf.Interop;
using Xunit;

namespace Tracer.Bpf.Tests;

[Collection(KernelTests.Name)]
public sealed class BpfMapTests
{
    [Fact]
    public void Entries_come_back_until_deleted()
    {
        using BpfObject sample = SampleObject.LoadSample();
        BpfMap table = sample.Map("table");
        byte[] key = [1, 2, 3, 4];
        byte[] value = [8, 7, 6, 5, 4, 3, 2, 1];
        byte[] read = new byte[8];

        Assert.False(table.TryLookup(key, read));
        Assert.Throws<BpfException>(() => table.Lookup(key, read));
        table.Update(key, value);
        Assert.True(table.TryLookup(key, read));
        Assert.Equal(value, read);
        Assert.True(table.Delete(key));
        Assert.False(table.Delete(key));
    }

    [Fact]
    public void A_full_map_refuses_with_the_kernels_reason()
    {
        using BpfObject sample = SampleObject.LoadSample();
        BpfMap table = sample.Map("table");

        var error = Assert.Throws<BpfException>(() =>
        {
            for (byte i = 0; i < 100; i++)
                table.Update([i, 0, 0, 0], new byte[8]);
        });

        Assert.StartsWith("cannot update map 'table': E2BIG", error.Message);
    }

    [Fact]
    public void Buffers_of_the_wrong_size_never_reach_the_kernel()
    {
        using BpfObject sample = SampleObject.LoadSample();
        BpfMap table = sample.Map("table");

        Assert.Throws<ArgumentException>(() => table.Update(new byte[3], new byte[8]));
        Assert.Throws<ArgumentException>(() => table.TryLookup(new byte[4], new byte[7]));
        Assert.Throws<ArgumentException>(() => sample.Map("counters").TryLookup(new byte[4], new byte[1]));
        Assert.Throws<ArgumentException>(() => table.Delete(new byte[5]));
        Assert.Throws<BpfException>(() => table.SumPerCpu(0));
        Assert.Throws<BpfException>(() => sample.Map("counters").SumPerCpu(1000));
    }

    [Fact]
    public void Per_cpu_values_add_up()
    {
        using BpfObject sample = SampleObject.LoadSample();
        BpfMap counters = sample.Map("counters");
        byte[] buffer = new byte[8 * PossibleCpus.Count];
        Span<ulong> values = MemoryMarshal.Cast<byte, ulong>(buffer.AsSpan());
        ulong expected = 0;
        for (int i = 0; i < values.Length; i++)
            expected += values[i] = 10ul + (ulong)i;

        counters.Update([2, 0, 0, 0], buffer);

        Assert.Equal(expected, counters.SumPerCpu(2));
    }

    [Fact]
    public void A_map_of_a_disposed_object_says_so()
    {
        BpfObject sample = SampleObject.LoadSample();
        BpfMap table = sample.Map("table");
        sample.Dispose();

        Assert.Throws<ObjectDisposedException>(() => table.Fd);
        Assert.Throws<ObjectDisposedException>(() => table.MaxEntries);
        Assert.Throws<ObjectDisposedException>(() => table.Update(new byte[4], new byte[8]));
    }
}
