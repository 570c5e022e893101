// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.Runtimes;
using Xunit;

namespace Tracer.Stacks.Tests.Runtimes;

/// <summary>Names real frames from damaged memory: whatever is there, naming ends soon, reads little and does not throw.</summary>
internal static class NamingFuzz
{
    private const int Rounds = 4_000;
    private const int MaxReadsPerFrame = 40;
    private const int MaxBytesPerFrame = 512 * 1024;

    /// <param name="create">Makes the runtime over a memory; what it caches must not outlive a round.</param>
    internal static void Run(TargetProcess process, List<InterpreterFrame> frames, Func<ITargetMemory, ILanguageRuntime> create)
    {
        Assert.NotEmpty(frames);
        var memory = new DamagedMemory(process);
        var random = new Random(1);
        int named = 0;
        for (int round = 0; round < Rounds; round++)
        {
            // From hardly any damage, which comes deepest, to a lot.
            memory.Begin(round, damage: random.NextDouble() * 0.5);
            using ILanguageRuntime runtime = create(memory);
            named += NameAll(memory, runtime, frames);
        }

        // Most of the rounds must have come further than the first check.
        Assert.True(named > Rounds / 2, $"only {named} frames were named");
    }

    /// <summary>All memory is random.</summary>
    internal static void RunOnNoise(Func<ITargetMemory, ILanguageRuntime> create)
    {
        var memory = new DamagedMemory(null);
        var random = new Random(2);
        for (int round = 0; round < Rounds; round++)
        {
            memory.Begin(round, damage: 0.2);
            using ILanguageRuntime runtime = create(memory);
            var frame = new InterpreterFrame((ulong)random.NextInt64(), (ulong)random.NextInt64(), (ulong)random.NextInt64());
            NameAll(memory, runtime, [frame, frame with { Detail = 0 }]);
        }
    }

    private static int NameAll(DamagedMemory memory, ILanguageRuntime runtime, List<InterpreterFrame> frames)
    {
        var named = new List<CodeFrame>();
        _ = runtime.Layout;
        foreach (InterpreterFrame frame in frames)
        {
            int reads = memory.Reads;
            long bytes = memory.Bytes;
            int before = named.Count;
            bool isNamed = runtime.TryName(frame, named);
            Assert.InRange(memory.Reads - reads, 0, MaxReadsPerFrame);
            Assert.InRange(memory.Bytes - bytes, 0, MaxBytesPerFrame);
            Assert.True(isNamed || named.Count == before);
        }

        Assert.All(named, static frame => Assert.True(frame.Function.Length is > 0 and <= 9000 && frame.Function == Tracer.Linux.ControlText.Sanitize(frame.Function)));
        return named.Count;
    }
}
