// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Elf;
using Tracer.Linux.Procfs;
using Tracer.Stacks.Java;
using Tracer.Stacks.Unwind;
using Xunit;

namespace Tracer.Stacks.Tests.Java;

/// <summary>Damages what a real machine's memory holds and asks everything of it. The seeds are fixed; the memory is as the machine laid it out.</summary>
public sealed class JavaFuzzTests(CompiledClasses classes) : IClassFixture<CompiledClasses>
{
    private const int MaxReads = 500_000;
    private const long MaxAllocation = 256 * 1024 * 1024;

    private readonly List<ulong> _addresses = [];
    private readonly List<InterpreterFrame> _interpreted = [];

    [Fact]
    public void Damaged_memory_never_throws_hangs_or_grows()
    {
        RecordedMemory memory = Record(out VmStructs structs, out _);
        var random = new Random(1);
        for (int round = 0; round < 1500; round++)
            Exercise(memory, random, () => structs);
    }

    [Fact]
    public void Damaged_tables_never_throw_hang_or_grow()
    {
        RecordedMemory memory = Record(out _, out Dictionary<string, ulong> symbols);
        var random = new Random(2);
        for (int round = 0; round < 300; round++)
            Exercise(memory, random, () => new VmStructsReader(memory, symbols).Read());
    }

    private void Exercise(RecordedMemory memory, Random random, Func<VmStructs> read)
    {
        memory.Damage(random);
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        VmStructs structs = read();
        Ask(new JavaRuntime(memory, structs, new ManualTime()), random);
        VmFlags.Read(memory, structs);
        Assert.InRange(memory.Reads, 0, MaxReads);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, MaxAllocation);
    }

    private void Ask(JavaRuntime runtime, Random random)
    {
        GeneratedCode? code = runtime.ReadCode();
        if (code is not null)
        {
            for (int i = 1; i < code.Rows.Length; i++)
                Assert.True(code.Rows[i - 1].Offset < code.Rows[i].Offset);
        }

        var frames = new List<CodeFrame>();
        for (int i = 0; i < 40; i++)
            runtime.TryName(_addresses[random.Next(_addresses.Count)] + (ulong)random.Next(16), frames);
        foreach (InterpreterFrame frame in _interpreted)
            runtime.TryName(frame with { Position = frame.Position + (ulong)random.Next(3) }, frames);
        Assert.DoesNotContain(runtime.Name, char.IsControl);
        Assert.All(frames, frame => Assert.DoesNotContain(frame.Function + frame.File, char.IsControl));
    }

    private RecordedMemory Record(out VmStructs structs, out Dictionary<string, ulong> symbols)
    {
        using JavaTarget target = JavaTarget.Start(classes, "-XX:CompileThresholdScaling=0.05 -XX:ReservedCodeCacheSize=16m", 1000);
        var memory = new RecordedMemory(new ProcessVmMemory(target.Process));
        symbols = Symbols(target.Process);
        structs = new VmStructsReader(memory, symbols).Read();
        var runtime = new JavaRuntime(memory, structs, new ManualTime());
        GeneratedCode code = runtime.ReadCode()!;
        var frames = new List<CodeFrame>();
        foreach (UnwindRow row in code.Rows)
        {
            ulong address = code.Base + row.Offset + 64;
            if (runtime.TryName(address, frames))
                _addresses.Add(address);
        }

        AddInterpreted(memory, structs);
        foreach (InterpreterFrame frame in _interpreted)
            Assert.True(runtime.TryName(frame, frames));
        VmFlags.Read(memory, structs);
        memory.Freeze();
        Assert.NotEmpty(_addresses);
        Assert.Contains(frames, frame => frame.IsInlined);
        Assert.Contains(frames, frame => frame.Line > 0);
        return memory;
    }

    // The method of every blob will do: a Method is the same for both.
    private void AddInterpreted(VmMemory memory, VmStructs structs)
    {
        var find = new LayoutFinder(structs);
        CodeIndex index = new CodeCacheReader(memory, new CodeCacheLayout(find)).Read();
        var methods = new MethodReader(memory, new MethodLayout(find), new LineTable(excludesZero: false));
        foreach (CodeBlob blob in index.Blobs)
        {
            if (blob.Kind == CodeBlobKind.Method && _interpreted.Count < 20 && methods.Find(blob.Method) is { CodeSize: > 0 } method)
                _interpreted.Add(new InterpreterFrame(blob.Method, method.Code, 0));
        }
    }

    private static Dictionary<string, ulong> Symbols(TargetProcess process)
    {
        MemoryMapping mapping = process.Mappings.First(mapping => mapping.Path.EndsWith("/libjvm.so", StringComparison.Ordinal));
        using ElfFile elf = process.OpenElf(mapping)!;
        ulong bias = TargetProcess.LoadBias(elf, mapping);
        return ElfSymbolLookup.Find(elf, VmStructsReader.Symbols).ToDictionary(pair => pair.Key, pair => bias + pair.Value.Address);
    }
}
