// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Procfs;
using Xunit;

namespace Tracer.Stacks.Tests;

public sealed class SymbolizerBoundsTests(CompiledPrograms programs) : IClassFixture<CompiledPrograms>
{
    private readonly ProcfsRoot _root = new();

    [Fact]
    public void Evicted_files_are_opened_again_and_evictions_are_counted()
    {
        using TargetProgram target = TargetProgram.Start(programs.Dynamic);
        ulong plugin = target.Load(programs.Plugin);
        using var symbolizer = new Symbolizer(_root, new SymbolizerOptions { MaxModules = 1 });

        for (int i = 0; i < 5; i++)
        {
            IReadOnlyList<ResolvedFrame> frames = symbolizer.Resolve(target.Pid, [target.PlainFunction, plugin + 1, target.PlainFunction + 1]);
            Assert.Equal(["plain_function", "plugin_function", "plain_function"], frames.Select(f => f.Function));
        }

        SymbolizerUsage usage = symbolizer.ReadUsage();
        Assert.Equal(1, usage.ModuleCount);
        Assert.InRange(usage.ModuleEvictions, 8UL, 20UL);
    }

    [Fact]
    public void Memory_bound_holds_with_every_library_of_a_process()
    {
        using TargetProgram target = TargetProgram.Start(programs.Dynamic);
        new MapsReader(_root).Read(target.Pid, executableOnly: true, out List<MemoryMapping> mappings);
        ulong[] addresses = [target.PlainFunction, .. mappings.Select(m => m.Start + 0x100), target.PlainFunction + 1];
        using var unbounded = new Symbolizer(_root);
        unbounded.Resolve(target.Pid, addresses);
        // How much that is depends on the symbols that the machine's libraries come with.
        long bound = unbounded.ReadUsage().ModuleBytes / 2;
        using var symbolizer = new Symbolizer(_root, new SymbolizerOptions { MaxModuleBytes = bound });

        symbolizer.Resolve(target.Pid, addresses);

        SymbolizerUsage usage = symbolizer.ReadUsage();
        Assert.InRange(usage.ModuleBytes, 1, bound);
        Assert.NotEqual(0UL, usage.ModuleEvictions);
        Assert.InRange(usage.MappingCount, 1, mappings.Count);
    }

    [Fact]
    public void Files_are_shared_by_the_processes_that_map_them_and_closed_in_the_end()
    {
        using TargetProgram first = TargetProgram.Start(programs.Dynamic);
        using TargetProgram second = TargetProgram.Start(programs.Dynamic);
        using (var symbolizer = new Symbolizer(_root))
        {
            symbolizer.Prepare(first.Pid, first.StartBoottimeNs);
            int count = symbolizer.ReadUsage().ModuleCount;
            symbolizer.Prepare(second.Pid, second.StartBoottimeNs);
            Assert.Equal(count, symbolizer.ReadUsage().ModuleCount);
            Assert.NotEqual(0, CountOpen(programs.Dynamic));
        }

        Assert.Equal(0, CountOpen(programs.Dynamic));
    }

    [Fact]
    public void Several_threads_may_ask_at_once()
    {
        using TargetProgram target = TargetProgram.Start(programs.Dynamic);
        ulong plugin = target.Load(programs.Plugin);
        using var symbolizer = new Symbolizer(_root, new SymbolizerOptions { MaxModules = 1 });

        Parallel.For(0, 200, i =>
        {
            IReadOnlyList<ResolvedFrame> frames = symbolizer.Resolve(target.Pid, [target.PlainFunction, plugin + 1]);
            Assert.Equal(["plain_function", "plugin_function"], frames.Select(f => f.Function));
        });
    }

    private static int CountOpen(string path) => Directory.GetFiles("/proc/self/fd").Count(fd => new FileInfo(fd).LinkTarget == path);
}
