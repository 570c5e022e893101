// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Elf;
using Tracer.Linux.Procfs;
using Tracer.Stacks.Native;
using Xunit;

namespace Tracer.Stacks.Tests.Native;

/// <summary>Where names come from, and where none may come from.</summary>
public sealed class NativeModuleTests(InliningPrograms programs) : IClassFixture<InliningPrograms>
{
    private static readonly byte[] SignalReturn = [0x48, 0xc7, 0xc0, 0x0f, 0x00, 0x00, 0x00, 0x0f, 0x05];

    [Fact]
    public void Compressed_table_of_local_functions_extends_the_exported_ones()
    {
        using var folder = new TempFolder();
        TargetProgram.Run("g++", "-O2", "-shared", "-fPIC", "-Wl,--build-id=sha1", "-o", folder["full"], programs["serve.cpp"]);
        Dictionary<string, NmSymbol> all = NmSymbol.ReadFunctions(folder["full"]), exported = NmSymbol.ReadFunctions(folder["full"], "-D");
        NmSymbol local = all.Values.First(s => s.Name.Contains("serve_twice", StringComparison.Ordinal));
        File.WriteAllLines(folder["keep"], all.Keys.Except(exported.Keys));
        TargetProgram.Run("objcopy", "--only-keep-debug", folder["full"], folder["debug"]);
        TargetProgram.Run("objcopy", "-S", $"--keep-symbols={folder["keep"]}", folder["debug"], folder["mini"]);
        TargetProgram.Run("xz", folder["mini"]);
        TargetProgram.Run("strip", folder["full"]);
        using (var module = new OpenedModule(folder["full"]))
            Assert.Equal(("", "serve"), (module.NameAt(local.Address + 1), module.NameAt(exported["serve"].Address + 1)));

        TargetProgram.Run("objcopy", "--add-section", $".gnu_debugdata={folder["mini.xz"]}", folder["full"]);

        using (var module = new OpenedModule(folder["full"]))
        {
            Assert.Equal(("serve_twice(int)", "serve"), (module.NameAt(local.Address + 1), module.NameAt(exported["serve"].Address + 1)));
            Assert.Equal("", module.NameAt(local.Address + local.Size));
        }
    }

    [Fact]
    public void Function_that_only_its_debug_information_names_has_that_name()
    {
        using var folder = new TempFolder();
        NmSymbol serve = NmSymbol.ReadFunctions(programs["gcc-5"])["serve"];
        TargetProgram.Run("objcopy", "--strip-symbol=serve", programs["gcc-5"], folder["nameless"]);
        using var module = new OpenedModule(folder["nameless"]);

        NativeCode code = module.Find(serve.Address);

        Assert.Equal(new CodeFrame("serve", programs["serve.cpp"], 16, FrameKind.Native), Assert.Single(code.Frames));
        Assert.Equal(serve.Address, code.Start);
    }

    [Fact]
    public void Linkage_stubs_and_padding_have_no_name()
    {
        using var module = new OpenedModule(programs["gcc-5"]);
        Assert.Equal(ElfStatus.Ok, ElfFile.Open(new MemoryElfSource(File.ReadAllBytes(programs["gcc-5"])), out ElfFile? elf));
        Assert.True(elf!.TryFindSection(".plt", out ElfSection stubs));
        NmSymbol serve = NmSymbol.ReadFunctions(programs["gcc-5"])["serve"];

        for (ulong address = stubs.Address; address < stubs.Address + stubs.Size; address++)
        {
            NativeCode code = module.Find(address);
            Assert.Empty(code.Frames);
            Assert.Equal(address, code.Address);
        }

        Assert.Empty(module.Find(serve.Address + serve.Size).Frames);
        // As a return address it is behind a call that ends the function.
        NativeCode call = module.Find(serve.Address + serve.Size - 1, isReturnAddress: true);
        Assert.Equal(("serve", serve.Address + serve.Size), (call.Frames[^1].Function, call.Address));
    }

    [Fact]
    public void Signal_trampoline_is_known_by_its_code_and_needs_no_symbol()
    {
        new MapsReader(new ProcfsRoot()).Read((uint)Environment.ProcessId, executableOnly: true, out List<MemoryMapping> mapped);
        string libc = mapped.Find(m => Path.GetFileName(m.Path).StartsWith("libc.so", StringComparison.Ordinal)).Path;
        byte[] image = File.ReadAllBytes(libc);
        Assert.Equal(ElfStatus.Ok, ElfFile.Open(new MemoryElfSource(image), out ElfFile? elf));
        Assert.True(elf!.TryAddressOf((ulong)image.AsSpan().IndexOf(SignalReturn), out ulong trampoline));
        using var module = new OpenedModule(libc);

        NativeCode code = module.Find(trampoline - 1, isReturnAddress: true);

        Assert.True(code.IsSignalReturn);
        Assert.Equal((trampoline, trampoline), (code.Address, code.Start));
        Assert.Equal(new CodeFrame("<signal handler called>", "", 0, FrameKind.Stub), Assert.Single(code.Frames));
        Assert.False(module.Find(trampoline, isReturnAddress: true).IsSignalReturn);
    }

    [Fact]
    public void File_changed_in_place_gives_neither_names_nor_lines()
    {
        using var folder = new TempFolder();
        File.Copy(programs["gcc-5"], folder["changed"]);
        NmSymbol serve = NmSymbol.ReadFunctions(programs["gcc-5"])["serve"];
        using var module = new OpenedModule(folder["changed"]);
        Assert.Equal("serve", module.NameAt(serve.Address));

        using (FileStream file = File.Open(folder["changed"], FileMode.Append))
            file.WriteByte(0);

        Assert.Empty(module.Find(serve.Address + 1).Frames);
    }
}
