// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux;
using Tracer.Linux.Elf;
using Tracer.Linux.Files;
using Tracer.Linux.Procfs;
using Tracer.Stacks.Native;
using Xunit;

namespace Tracer.Stacks.Tests.Native;

/// <summary>A file opened as a module, without a process that maps it.</summary>
internal sealed class OpenedModule : IDisposable
{
    private readonly DebugInfoStore _store;
    private readonly NativeModule _module;
    private readonly ElfFile _elf;

    internal OpenedModule(string path, bool isTrusted = true, SymbolizerOptions? options = null)
    {
        var root = new ProcfsRoot();
        options ??= new SymbolizerOptions { DebugRoot = "", SourceLines = SourceLines.All };
        var debugFiles = new DebugFiles(root, options.DebugRoot);
        _store = new DebugInfoStore(options, new FileTrust(root, options.SourceLines), debugFiles);
        Assert.Equal(ProcfsStatus.Ok, TargetFile.OpenOwn(root, path, out TargetFile? target));
        Assert.Equal(ElfStatus.Ok, ElfFile.Open(new FileElfSource(target!), out ElfFile? elf));
        _elf = elf!;
        _module = new NativeModule(elf, isTrusted, debugFiles, _store, Demangler.Load());
    }

    internal long DebugInfoBytes => _store.MemoryBytes;

    internal string BuildId => _module.BuildId;

    internal NativeCode Find(ulong linked, bool isReturnAddress = false)
    {
        ElfSegment segment = _elf.Segments.First(s =>
            s.Type == ElfSegment.Load && linked >= s.VirtualAddress && linked - s.VirtualAddress < s.FileSize);
        NativeCode? code = _module.Find(linked - segment.VirtualAddress + segment.Offset, isReturnAddress);
        Assert.NotNull(code);
        return code;
    }

    internal string NameAt(ulong linked) => Find(linked).Frames is [.., CodeFrame function] ? function.Function : "";

    public void Dispose()
    {
        _module.Dispose();
        _store.Dispose();
    }
}
