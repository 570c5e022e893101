// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux;
using Tracer.Linux.Dwarf;
using Tracer.Linux.Elf;
using Tracer.Stacks.Go;

namespace Tracer.Stacks.Native;

/// <summary>
/// One mapped file: its headers, read when it is first seen, and its symbols, read when first asked for. The file stays open, so it can be
/// read after its last process is gone.
/// </summary>
internal sealed class NativeModule(ElfFile? file, bool isTrusted, DebugFiles debugFiles, DebugInfoStore debugInfos, Demangler demangler) : IDisposable
{
    private const int MaxFound = 4096;
    private const long FixedBytes = 4096;

    // mov $15, %rax; syscall: rt_sigreturn on x86-64. The kernel makes the address of these bytes the handler's return address, and debuggers
    // know the frame by them too.
    private static readonly byte[] SignalReturn = [0x48, 0xc7, 0xc0, 0x0f, 0x00, 0x00, 0x00, 0x0f, 0x05];
    private static readonly CodeFrame[] SignalFrames = [new("<signal handler called>", "", 0, FrameKind.Stub)];

    // The same few call sites come again and again; each costs reads of the file the first time.
    private readonly Dictionary<(ulong FileOffset, bool IsReturnAddress), NativeCode> _found = [];
    private readonly List<DwarfFrame> _scratch = [];
    private long _foundBytes;
    private ModuleSymbols? _symbols;
    private GoSymbols? _go;
    private ElfFile? _debugFile;
    private ElfFile? _lineFile;

    internal string BuildId => file?.BuildId ?? "";

    internal long MemoryBytes => FixedBytes + (_symbols?.MemoryBytes ?? 0) + (_go?.MemoryBytes ?? 0) + _foundBytes;

    /// <summary>
    /// Finds what is at an offset in the file; null when this is no readable ELF file. For a return address the offset is that of the byte before
    /// it, which belongs to its call: what the address itself points at may be another function.
    /// </summary>
    internal NativeCode? Find(ulong fileOffset, bool isReturnAddress)
    {
        if (_found.TryGetValue((fileOffset, isReturnAddress), out NativeCode? code))
            return code;
        if (file is null || !file.TryAddressOf(fileOffset, out ulong linked))
            return null;

        ulong past = isReturnAddress ? 1UL : 0;
        code = IsSignalReturn(fileOffset + past)
            ? new NativeCode(linked + past, linked + past, SignalFrames, IsSignalReturn: true)
            : Read(linked, linked + past);
        if (_found.Count >= MaxFound)
        {
            _found.Clear();
            _foundBytes = 0;
        }

        _found.Add((fileOffset, isReturnAddress), code);
        _foundBytes += code.MemoryBytes;
        return code;
    }

    public void Dispose()
    {
        _symbols?.Dispose();
        _debugFile?.Dispose();
        file?.Dispose();
    }

    private bool IsSignalReturn(ulong fileOffset)
    {
        Span<byte> code = stackalloc byte[SignalReturn.Length];
        return file!.Source.TryRead(fileOffset, code) && code.SequenceEqual(SignalReturn);
    }

    private NativeCode Read(ulong linked, ulong address)
    {
        _symbols ??= Load(file!);
        var frames = new List<CodeFrame>();
        // Go's own table has what its symbol table has, and lines and inlined calls; stripping leaves it alone.
        if (_go is not null && _go.TryFind(linked, frames, out ulong goStart))
            return new NativeCode(address, goStart, [.. frames]);
        bool hasSymbol = _symbols.TryFind(linked, out ElfSymbol symbol);
        _scratch.Clear();
        bool hasLines = TryFindLines(linked, out ulong start);
        DwarfFrame function = hasLines ? _scratch[^1] : new DwarfFrame("", "", 0);
        string name = hasSymbol ? symbol.Name : function.Function;
        if (name.Length == 0)
            return new NativeCode(address, 0, []);

        for (int i = 0; i < _scratch.Count - 1; i++)
        {
            DwarfFrame inlined = _scratch[i];
            if (inlined.Function.Length > 0)
                frames.Add(new CodeFrame(demangler.Demangle(inlined.Function), inlined.File, inlined.Line, FrameKind.Native, IsInlined: true));
        }

        frames.Add(new CodeFrame(demangler.Demangle(name), function.File, function.Line, FrameKind.Native));
        return new NativeCode(address, hasSymbol ? symbol.Address : start, [.. frames]);
    }

    private bool TryFindLines(ulong linked, out ulong start)
    {
        start = 0;
        if (_lineFile?.Source is not FileElfSource source || !source.IsUnchanged())
            return false;
        if (debugInfos.Find(_lineFile, source.File.Identity) is { } info)
            return info.TryFind(linked, _scratch, out start);
        // Damaged, or too large: it will not get better.
        _lineFile = null;
        return false;
    }

    private ModuleSymbols Load(ElfFile module)
    {
        _go = GoSymbols.Open(module);
        bool hasOwnLines = isTrusted && DwarfSections.AreIn(module);
        // Stripped: the separate debug file has what the exported symbols lack.
        if (!module.HasSymbolTable || !hasOwnLines)
            _debugFile = debugFiles.Find(module.BuildId);
        if (hasOwnLines)
            _lineFile = module;
        else if (_debugFile?.Source is FileElfSource source && debugInfos.Trust.AcceptsOwn(source.File) && DwarfSections.AreIn(_debugFile))
            _lineFile = _debugFile;
        return ModuleSymbols.Read(module, _debugFile);
    }
}
