// SPDX-License-Identifier: Apache-2.0
using BenchmarkDotNet.Attributes;
using Tracer.Linux;
using Tracer.Linux.Elf;
using Tracer.Linux.Files;
using Tracer.Linux.Procfs;
using Tracer.Stacks;
using Tracer.Stacks.Native;

namespace Tracer.Benchmarks;

/// <summary>Addresses of the C library that this process has mapped become names.</summary>
public class SymbolBenchmarks
{
    private const int Addresses = 256;
    private const ulong Stride = 1024; // bytes of code between two addresses that are tried

    private readonly ulong[] _offsets = new ulong[Addresses];
    private readonly ulong[] _linked = new ulong[Addresses];
    private DebugInfoStore _store = null!;
    private NativeModule _module = null!;
    private ModuleSymbols _symbols = null!;

    [GlobalSetup]
    public void Open()
    {
        ProcfsRoot root = new();
        SymbolizerOptions options = new() { DebugRoot = "" };
        DebugFiles debugFiles = new(root, options.DebugRoot);
        _store = new DebugInfoStore(options, new FileTrust(root, options.SourceLines), debugFiles);
        MemoryMapping code = FindLibrary(root);
        ElfFile elf = OpenFile(root, code.Path);
        _module = new NativeModule(elf, isTrusted: false, debugFiles, _store, Demangler.Load());
        _symbols = ModuleSymbols.Read(elf, debugFile: null);
        int found = 0;
        for (ulong offset = code.Offset; found < Addresses && offset < code.Offset + (code.End - code.Start); offset += Stride)
        {
            // Local functions of a stripped file have no name.
            if (!elf.TryAddressOf(offset, out _linked[found]) || !_symbols.TryFind(_linked[found], out _))
                continue;
            _offsets[found++] = offset;
        }

        if (NewAddress() != Addresses || KnownAddress() != Addresses)
            throw new InvalidOperationException($"only {found} addresses of the C library have a name");
    }

    [GlobalCleanup]
    public void Close()
    {
        _symbols.Dispose();
        _module.Dispose();
        _store.Dispose();
    }

    /// <summary>A call site that was seen before.</summary>
    [Benchmark(OperationsPerInvoke = Addresses)]
    public int KnownAddress()
    {
        int named = 0;
        foreach (ulong offset in _offsets)
            named += _module.Find(offset, isReturnAddress: false)?.Frames.Length ?? 0;
        return named;
    }

    /// <summary>The search in the table, and the name read from the file.</summary>
    [Benchmark(OperationsPerInvoke = Addresses)]
    public int NewAddress()
    {
        int named = 0;
        foreach (ulong address in _linked)
            named += _symbols.TryFind(address, out _) ? 1 : 0;
        return named;
    }

    private static MemoryMapping FindLibrary(ProcfsRoot root)
    {
        new MapsReader(root).Read((uint)Environment.ProcessId, executableOnly: true, out List<MemoryMapping> mapped);
        return mapped.Find(mapping => Path.GetFileName(mapping.Path).StartsWith("libc.so", StringComparison.Ordinal));
    }

    private static ElfFile OpenFile(ProcfsRoot root, string path)
    {
        if (TargetFile.OpenOwn(root, path, out TargetFile? target) != ProcfsStatus.Ok || ElfFile.Open(new FileElfSource(target!), out ElfFile? elf) != ElfStatus.Ok)
            throw new InvalidOperationException($"{path} cannot be read");
        return elf!;
    }
}
