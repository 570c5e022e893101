// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Tracer.Linux;
using Tracer.Linux.Files;
using Tracer.Linux.Procfs;
using Tracer.Stacks.DotNet;
using Tracer.Stacks.Runtimes;
using Tracer.Stacks.Tests.Runtimes;
using Xunit;

namespace Tracer.Stacks.Tests.DotNet;

/// <summary>Damages what real runtimes wrote. The seeds are fixed, so that a failure can be repeated for as long as the runtime is the same.</summary>
public sealed class DotNetFuzzTests(DotNetProgram program) : IClassFixture<DotNetProgram>
{
    private const long MaxMillisecondsPerRound = 2000;
    private const long MaxAllocationPerRound = 64 * 1024 * 1024;

    [Fact]
    public void Damaged_jit_dump_never_throws_hangs_or_grows()
    {
        using var target = RunningTarget.Start(port => program.StartInfo("sync", port));
        target.WaitForReceive();
        using TargetProcess process = target.Open();
        byte[] dump = [];
        CodeTable whole = CodeTable.Empty;
        // The runtime cuts a dump off when it makes room for stubs in the same moment.
        Assert.True(SpinWait.SpinUntil(() => Read(dump = TakeDump(process), out whole) == DumpState.Complete, TimeSpan.FromSeconds(30)));
        Assert.True(whole.Count > 300);

        Assert.Equal(DumpState.CutOff, Read(dump.AsMemory(0, dump.Length - 1), out CodeTable shorter));
        Assert.InRange(shorter.Count, whole.Count - 1, whole.Count);
        Fuzz(dump, rounds: 1000, seed: 1, piece =>
        {
            Read(piece, out CodeTable table);
            return table;
        });
    }

    [Fact]
    public void Damaged_event_stream_never_throws_hangs_or_grows()
    {
        using var target = RunningTarget.Start(port => program.StartInfo("sync", port));
        target.WaitForReceive();
        using TargetProcess process = target.Open();
        byte[] stream = TakeEvents(process);
        Assert.True(ReadEvents(stream, out CodeTable whole));
        Assert.True(whole.Count > 300);

        Assert.False(ReadEvents(stream.AsMemory(0, stream.Length - 1), out _));
        Fuzz(stream, rounds: 1000, seed: 2, piece =>
        {
            ReadEvents(piece, out CodeTable table);
            return table;
        });
    }

    private static byte[] TakeDump(TargetProcess process)
    {
        var port = new DiagnosticPort(process, "/tmp", process.StartTicks);
        Assert.Equal(PortAnswer.Done, port.EnableJitDump(TimeSpan.FromMinutes(1)));
        Assert.Equal(PortAnswer.Done, port.DisableJitDump(TimeSpan.FromMinutes(1)));
        string path = $"/tmp/jit-{process.Pid}.dump";
        byte[] dump = File.ReadAllBytes(path);
        File.Delete(path);
        return dump;
    }

    private static byte[] TakeEvents(TargetProcess process)
    {
        var port = new DiagnosticPort(process, "/tmp", process.StartTicks);
        Assert.Equal(PortAnswer.Done, port.StartTrace(Rundown.Configuration(), TimeSpan.FromMinutes(1), out ulong session, out DiagnosticConnection? connection));
        using DiagnosticConnection events = connection!;
        using DiagnosticConnection stop = port.StopTrace(session, TimeSpan.FromMinutes(1))!;
        var all = new MemoryStream();
        var buffer = new byte[4096];
        for (int got = events.ReceiveSome(buffer); got > 0; got = events.ReceiveSome(buffer))
            all.Write(buffer, 0, got);
        return all.ToArray();
    }

    private static DumpState Read(ReadOnlyMemory<byte> dump, out CodeTable table)
    {
        var builder = new CodeTableBuilder();
        DumpState state = JitDumpReader.Read(
            (offset, buffer) =>
            {
                if (offset < 0 || offset >= dump.Length)
                    return 0;
                int count = Math.Min(buffer.Length, dump.Length - (int)offset);
                dump.Span.Slice((int)offset, count).CopyTo(buffer);
                return count;
            },
            builder);
        table = builder.Build();
        return state;
    }

    private static bool ReadEvents(ReadOnlyMemory<byte> stream, out CodeTable table)
    {
        var builder = new CodeTableBuilder();
        ReadOnlyMemory<byte> rest = stream;
        bool isWhole = new NettraceReader(
            buffer =>
            {
                int count = Math.Min(buffer.Length, rest.Length);
                rest.Span[..count].CopyTo(buffer);
                rest = rest[count..];
                return count;
            },
            builder).Read();
        table = builder.Build();
        return isWhole;
    }

    private static void Fuzz(byte[] original, int rounds, int seed, Func<ReadOnlyMemory<byte>, CodeTable> read)
    {
        var random = new Random(seed);
        byte[] bytes = [.. original];
        for (int round = 0; round < rounds; round++)
        {
            int[] places = [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => random.Next(random.Next(4) == 0 ? 512 : bytes.Length))];
            foreach (int place in places)
                bytes[place] = random.Next(3) switch { 0 => 0, 1 => 0xff, _ => (byte)random.Next(256) };
            int length = random.Next(4) == 0 ? random.Next(bytes.Length + 1) : bytes.Length;
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            long started = Stopwatch.GetTimestamp();

            CodeTable table = read(bytes.AsMemory(0, length));

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, MaxAllocationPerRound);
            Assert.InRange(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 0, MaxMillisecondsPerRound);
            for (int i = 0; i < table.Count; i += 50)
                Assert.DoesNotContain(MethodName.Parse(ControlText.Sanitize(table.NameOf(i))).Function, char.IsControl);
            foreach (int place in places)
                bytes[place] = original[place];
        }
    }
}
