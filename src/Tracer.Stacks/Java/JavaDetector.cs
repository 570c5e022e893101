// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Elf;
using Tracer.Linux.Procfs;
using Tracer.Stacks.Runtimes;

namespace Tracer.Stacks.Java;

/// <summary>Finds HotSpot by its library, libjvm.so, which exports descriptions of its own structures.</summary>
public sealed class JavaDetector(TimeProvider time) : IRuntimeDetector
{
    private const string Library = "/libjvm.so";
    private const ushort X86_64 = 62;

    public JavaDetector() : this(TimeProvider.System)
    {
    }

    public ILanguageRuntime? Detect(TargetProcess process)
    {
        VmStructs? structs = ReadStructs(process);
        return structs is null ? null : new JavaRuntime(new ProcessVmMemory(process), structs, time);
    }

    /// <summary>Null when there is no HotSpot in the process.</summary>
    internal static VmStructs? ReadStructs(TargetProcess process)
    {
        foreach (MemoryMapping mapping in process.Mappings)
        {
            if (!mapping.Path.EndsWith(Library, StringComparison.Ordinal))
                continue;
            // One attempt is enough: all mappings of the library are of one file.
            using ElfFile? elf = process.OpenElf(mapping);
            return elf is { Machine: X86_64 } ? ReadStructs(process, elf, TargetProcess.LoadBias(elf, mapping)) : null;
        }

        return null;
    }

    private static VmStructs? ReadStructs(TargetProcess process, ElfFile elf, ulong bias)
    {
        var symbols = new Dictionary<string, ulong>();
        foreach ((string name, ElfSymbol symbol) in ElfSymbolLookup.Find(elf, VmStructsReader.Symbols))
            symbols[name] = unchecked(bias + symbol.Address);
        // Not shared between processes: a target can change what it says of itself, but not what others are taken for.
        VmStructs structs = new VmStructsReader(new ProcessVmMemory(process), symbols).Read();
        return structs.Fields.Count > 0 ? structs : null;
    }
}
