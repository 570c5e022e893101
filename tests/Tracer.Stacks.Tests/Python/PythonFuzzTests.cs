// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.Python;
using Tracer.Stacks.Tests.Runtimes;
using Tracer.Stacks.Threads;
using Xunit;

namespace Tracer.Stacks.Tests.Python;

/// <summary>Damage to what the Python side reads. The seeds are fixed, so that a failure can be repeated.</summary>
public sealed class PythonFuzzTests
{
    public static IEnumerable<TheoryDataRow<string>> Interpreters => PythonInterpreters.All;

    [Theory]
    [MemberData(nameof(Interpreters))]
    public void Damaged_memory_of_a_real_process_never_throws_and_never_reads_long(string interpreter)
    {
        using var peer = new SilentPeer();
        using ScriptTarget target = ScriptTarget.Start(interpreter, TestData.Target("leak.py"), $"{peer.Port}");
        using TargetProcess process = PythonTarget.Open(target, out PythonRuntime runtime);
        ulong pointer = PythonTarget.MainThread(process, runtime);
        BlockedThread.UntilIn("user_read", process, runtime, pointer);
        PythonVersion? version = runtime.Offsets!.LineFormat == PythonLineFormat.Locations ? new PythonVersion(11, 0) : new PythonVersion(8, 0);

        NamingFuzz.Run(
            process, InterpreterWalk.Frames(process, runtime.Layout!, pointer, out _),
            memory => new PythonRuntime(memory, runtime.Name, "", runtime.Address, runtime.Offsets));
        // Detection reads the published offsets too.
        var damaged = new DamagedMemory(process);
        for (int round = 0; round < 2_000; round++)
        {
            damaged.Begin(round, damage: 0.3);
            using PythonRuntime again = PythonDetector.Create(damaged, runtime.Address, version);
            _ = again.Layout;
            Assert.InRange(damaged.Reads, 0, 2_000);
        }
    }

    [Theory]
    [InlineData(8)]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(12)]
    public void Random_memory_never_throws_and_never_reads_long(int minor) =>
        NamingFuzz.RunOnNoise(memory => new PythonRuntime(memory, "", "", 0x1000, PythonOffsets.Of(new PythonVersion(minor, 0))));

    [Fact]
    public void Random_line_tables_never_throw()
    {
        var random = new Random(3);
        for (int round = 0; round < 100_000; round++)
        {
            var table = new byte[random.Next(40)];
            random.NextBytes(table);
            foreach (PythonLineFormat format in Enum.GetValues<PythonLineFormat>())
                PythonLines.TryFind(format, table, random.Next(-5, int.MaxValue), random.Next(-2, 4000), out _);
        }
    }

    [Fact]
    public void Random_published_offsets_are_refused_or_usable()
    {
        var random = new Random(4);
        var runtime = new byte[PythonDebugOffsets.Size];
        for (int round = 0; round < 20_000; round++)
        {
            for (int i = 0; i < runtime.Length; i += sizeof(ulong))
                BitConverter.TryWriteBytes(runtime.AsSpan(i), random.Next(200) == 0 ? (ulong)random.NextInt64() : (ulong)random.Next(4097));
            if (PythonDebugOffsets.Read(runtime) is not { } offsets)
                continue;
            var memory = new DamagedMemory(null);
            memory.Begin(round, damage: 0.1);
            using var found = new PythonRuntime(memory, "", "", 0x1000, offsets);
            found.TryName(new InterpreterFrame(0x2000, 0x3000, 0), []);
            Assert.InRange(memory.Reads, 0, 100);
        }
    }
}
