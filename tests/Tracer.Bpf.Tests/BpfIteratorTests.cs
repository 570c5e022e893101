// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Xunit;

namespace Tracer.Bpf.Tests;

[Collection(KernelTests.Name)]
public sealed class BpfIteratorTests
{
    [Theory]
    [InlineData(4)] // one row per read
    [InlineData(6)] // rows cut between reads
    [InlineData(64 * 1024)]
    public void An_iterator_reports_this_process_whatever_the_buffer(int bufferSize)
    {
        using BpfObject sample = SampleObject.LoadSample();
        using BpfLink link = sample.AttachIterator(SampleObject.TaskProgram);

        Assert.Contains(Environment.ProcessId, ReadAll(link, bufferSize));
        Assert.Contains(Environment.ProcessId, ReadAll(link, bufferSize)); // a second pass of the same link
    }

    [Fact]
    public void The_end_stays_the_end()
    {
        using BpfObject sample = SampleObject.LoadSample();
        using BpfLink link = sample.AttachIterator(SampleObject.TaskProgram);
        using BpfIterator iterator = link.OpenIterator();
        byte[] buffer = new byte[64 * 1024];
        while (iterator.Read(buffer) > 0)
        {
        }

        Assert.Equal(0, iterator.Read(buffer));
    }

    [Fact]
    public void A_disposed_link_starts_no_iterator()
    {
        using BpfObject sample = SampleObject.LoadSample();
        BpfLink link = sample.AttachIterator(SampleObject.TaskProgram);
        link.Dispose();
        link.Dispose();

        Assert.Throws<ObjectDisposedException>(link.OpenIterator);
    }

    private static int[] ReadAll(BpfLink link, int bufferSize)
    {
        using BpfIterator iterator = link.OpenIterator();
        using var bytes = new MemoryStream();
        byte[] buffer = new byte[bufferSize];
        for (int count; (count = iterator.Read(buffer)) > 0;)
            bytes.Write(buffer, 0, count);
        return MemoryMarshal.Cast<byte, int>(bytes.ToArray()).ToArray();
    }
}
