// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Procfs;
using Xunit;

namespace Tracer.Stacks.Tests;

/// <summary>Symbolizes live programs; nm and the programs themselves say what is right.</summary>
public sealed class SymbolizerTests(CompiledPrograms programs) : IClassFixture<CompiledPrograms>
{
    private static readonly SymbolizerOptions NoDebugFiles = new() { DebugRoot = "" };

    private readonly ProcfsRoot _root = new();

    public static TheoryData<string> Kinds => ["dynamic", "no-pie", "static-pie"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Functions_of_a_program_are_named(string kind)
    {
        string path = programs.PathOf(kind);
        using TargetProgram target = TargetProgram.Start(path);
        Dictionary<string, NmSymbol> symbols = NmSymbol.ReadFunctions(path);
        ulong bias = target.PlainFunction - symbols["plain_function"].Address;
        using var symbolizer = new Symbolizer(_root);
        (string Mangled, string Readable)[] expected =
        [
            ("plain_function", "plain_function"),
            ("_ZNK4game4Conn11on_readableEPKc", "game::Conn::on_readable(char const*) const"),
            ("_ZN4game5twiceIiEET_S1_", "int game::twice<int>(int)"),
            ("_ZL14local_functioni", "local_function(int)"),
            ("main", "main"),
        ];

        IReadOnlyList<ResolvedFrame> frames = symbolizer.Resolve(
            target.Pid, [.. expected.Select(e => symbols[e.Mangled].Address + bias + 2)]);

        Assert.Equal(expected.Select(e => e.Readable), frames.Select(f => f.Function));
        Assert.All(frames, f => Assert.Equal(2UL, f.Offset));
        Assert.All(frames, f => Assert.Equal(path, f.Module));
        Assert.Equal(BuildIdOf(path), frames[0].BuildId);
    }

    [Fact]
    public void Every_function_of_a_static_program_has_one_of_the_names_that_nm_gives_it()
    {
        using TargetProgram target = TargetProgram.Start(programs.StaticPie);
        Dictionary<string, NmSymbol> symbols = NmSymbol.ReadFunctions(programs.StaticPie);
        ulong bias = target.PlainFunction - symbols["plain_function"].Address;
        ILookup<ulong, string> readable = NmSymbol.ReadFunctions(programs.StaticPie, "-C").Values.ToLookup(s => s.Address, s => s.Name);
        NmSymbol[] functions = [.. symbols.Values.Where(s => readable[s.Address].Any())];
        Assert.InRange(functions.Length, 500, 100_000);
        using var symbolizer = new Symbolizer(_root, NoDebugFiles);

        IReadOnlyList<ResolvedFrame> frames = symbolizer.Resolve(target.Pid, [.. functions.Select(s => s.Address + bias + 1)]);

        for (int i = 0; i < functions.Length; i++)
            Assert.Contains(frames[i].Function, readable[functions[i].Address]);
    }

    [Fact]
    public void Return_address_behind_the_last_call_of_a_function_belongs_to_it()
    {
        using TargetProgram target = TargetProgram.Start(programs.Dynamic);
        NmSymbol plain = NmSymbol.ReadFunctions(programs.Dynamic)["plain_function"];
        ulong end = target.PlainFunction + plain.Size;
        using var symbolizer = new Symbolizer(_root);

        IReadOnlyList<ResolvedFrame> frames = symbolizer.Resolve(target.Pid, [end, end]);

        Assert.NotEqual("plain_function", frames[0].Function);
        Assert.Equal(("plain_function", plain.Size, end), (frames[1].Function, frames[1].Offset, frames[1].Address));
    }

    [Fact]
    public void Frame_that_a_signal_interrupted_is_looked_up_where_it_was_and_not_before()
    {
        using TargetProgram target = TargetProgram.Start(programs.Dynamic);
        new MapsReader(_root).Read(target.Pid, executableOnly: true, out List<MemoryMapping> mappings);
        MemoryMapping libc = mappings.Find(m => Path.GetFileName(m.Path).StartsWith("libc.so", StringComparison.Ordinal));
        // mov $15, %rax; syscall: the C library's trampoline, to which the kernel lets a handler return.
        int trampoline = File.ReadAllBytes(libc.Path).AsSpan().IndexOf(new byte[] { 0x48, 0xc7, 0xc0, 0x0f, 0x00, 0x00, 0x00, 0x0f, 0x05 });
        Assert.NotEqual(-1, trampoline);
        using var symbolizer = new Symbolizer(_root);

        IReadOnlyList<ResolvedFrame> frames = symbolizer.Resolve(
            target.Pid, [target.PlainFunction + 1, libc.Start - libc.Offset + (ulong)trampoline, target.PlainFunction, target.PlainFunction]);

        Assert.Equal(["plain_function", "<signal handler called>", "plain_function"], frames.Take(3).Select(f => f.Function));
        Assert.Equal([1UL, 0UL, 0UL], frames.Take(3).Select(f => f.Offset));
        Assert.Equal(FrameKind.Stub, frames[1].Kind);
        Assert.NotEqual("plain_function", frames[3].Function);
    }

    [Fact]
    public void Stripped_program_gives_module_and_linked_address_instead_of_a_wrong_name()
    {
        using TargetProgram target = TargetProgram.Start(programs.Stripped);
        using var symbolizer = new Symbolizer(_root);

        IReadOnlyList<ResolvedFrame> frames = symbolizer.Resolve(target.Pid, [target.PlainFunction, target.PlainFunction]);

        ulong linked = NmSymbol.ReadFunctions(programs.Dynamic)["plain_function"].Address;
        Assert.All(frames, f => Assert.Equal(("", programs.Stripped, linked), (f.Function, f.Module, f.Offset)));
        Assert.Equal(BuildIdOf(programs.Dynamic), frames[0].BuildId);
    }

    [Fact]
    public void Stripped_program_is_named_from_its_separate_debug_file_and_from_no_other()
    {
        using var debug = new TempFolder();
        string id = BuildIdOf(programs.Dynamic);
        string folder = debug[$".build-id/{id[..2]}"];
        Directory.CreateDirectory(folder);
        string debugFile = Path.Combine(folder, $"{id[2..]}.debug");
        TargetProgram.Run("objcopy", "--only-keep-debug", programs.Dynamic, debugFile);
        using TargetProgram target = TargetProgram.Start(programs.Stripped);
        using (var symbolizer = new Symbolizer(_root, new SymbolizerOptions { DebugRoot = debug.Path }))
            Assert.Equal("plain_function", symbolizer.Resolve(target.Pid, [target.PlainFunction])[0].Function);

        // Everything in it fits, but it says that it belongs to another build.
        byte[] other = File.ReadAllBytes(debugFile);
        other[other.AsSpan().IndexOf(Convert.FromHexString(id))] ^= 1;
        File.WriteAllBytes(debugFile, other);
        using (var symbolizer = new Symbolizer(_root, new SymbolizerOptions { DebugRoot = debug.Path }))
            Assert.Equal("", symbolizer.Resolve(target.Pid, [target.PlainFunction])[0].Function);
    }

    [Fact]
    public void Function_of_a_shared_library_is_named()
    {
        using TargetProgram target = TargetProgram.Start(programs.Dynamic);
        new MapsReader(_root).Read(target.Pid, executableOnly: true, out List<MemoryMapping> mappings);
        MemoryMapping libc = mappings.Find(m => Path.GetFileName(m.Path).StartsWith("libc.so", StringComparison.Ordinal));
        // Without a full symbol table: the exported names are all there is.
        NmSymbol read = NmSymbol.ReadFunctions(libc.Path, "-D", "--without-symbol-versions")["read"];
        using var symbolizer = new Symbolizer(_root, NoDebugFiles);

        ResolvedFrame frame = symbolizer.Resolve(target.Pid, [libc.Start - libc.Offset + read.Address + 4])[0];

        Assert.Equal(("read", 4UL, libc.Path), (frame.Function, frame.Offset, frame.Module));
    }

    [Fact]
    public void Address_in_the_vdso_is_named()
    {
        using TargetProgram target = TargetProgram.Start(programs.Dynamic);
        new MapsReader(_root).Read(target.Pid, executableOnly: true, out List<MemoryMapping> mappings);
        MemoryMapping vdso = mappings.Find(m => m.Path == "[vdso]");
        Assert.SkipWhen(vdso.End == 0, "this kernel maps no vDSO");
        var image = new byte[vdso.End - vdso.Start];
        Assert.Equal(ProcfsStatus.Ok, new ProcessMemory(_root).Read(target.Pid, vdso.Start, image));
        File.WriteAllBytes(programs.PathOf("vdso.so"), image);
        NmSymbol function = NmSymbol.ReadFunctions(programs.PathOf("vdso.so"), "-D", "--without-symbol-versions")
            .Values.First(s => s.Name.Contains("gettimeofday", StringComparison.Ordinal));
        using var symbolizer = new Symbolizer(_root);

        ResolvedFrame frame = symbolizer.Resolve(target.Pid, [vdso.Start + function.Address + 1])[0];

        Assert.EndsWith("gettimeofday", frame.Function, StringComparison.Ordinal);
        Assert.Equal(("[vdso]", 1UL), (frame.Module, frame.Offset));
    }

    [Fact]
    public void Addresses_that_belong_to_nothing_give_empty_frames()
    {
        using TargetProgram target = TargetProgram.Start(programs.Dynamic);
        new MapsReader(_root).Read(target.Pid, executableOnly: false, out List<MemoryMapping> mappings);
        ulong stack = mappings.Find(m => m.Path == "[stack]").Start;
        ulong[] addresses = [0, 0, 1, stack, ulong.MaxValue, 0xffff_8000_0000_0000];
        using var symbolizer = new Symbolizer(_root);

        IReadOnlyList<ResolvedFrame> frames = symbolizer.Resolve(target.Pid, addresses);

        Assert.Equal(addresses.Select(a => new ResolvedFrame("", "", 0, a, "", "", 0)), frames);
        Assert.Empty(symbolizer.Resolve(target.Pid, []));
    }

    private static string BuildIdOf(string path) =>
        TargetProgram.Run("readelf", "-n", path).Split("Build ID: ")[1].Split('\n')[0].Trim();
}
