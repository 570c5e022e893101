// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux;
using Tracer.Linux.Elf;
using Tracer.Linux.Files;
using Tracer.Linux.Procfs;

namespace Tracer.Stacks.Native;

/// <summary>Opens the files that processes map, and keeps what was read from them, shared by all processes that map the same file.</summary>
internal sealed class ModuleStore : IDisposable
{
    private const int MaxVdsoBytes = 64 * 1024;
    private const string VdsoName = "[vdso]";

    private readonly ProcfsRoot _root;
    private readonly Demangler _demangler = Demangler.Load();
    private readonly DebugFiles _debugFiles;
    private readonly FileTrust _trust;
    private readonly DebugInfoStore _debugInfos;
    private readonly BoundedCache<FileIdentity, NativeModule> _modules;
    private NativeModule? _vdso;
    private ulong _vdsoBytes;

    internal ModuleStore(ProcfsRoot root, SymbolizerOptions options)
    {
        _root = root;
        _debugFiles = new DebugFiles(root, options.DebugRoot);
        _trust = new FileTrust(root, options.SourceLines);
        _debugInfos = new DebugInfoStore(options, _trust, _debugFiles);
        _modules = new BoundedCache<FileIdentity, NativeModule>(options.MaxModuleBytes, options.MaxModules);
    }

    internal int Count => _modules.Count;

    internal long MemoryBytes => _modules.Weight;

    internal long DebugInfoBytes => _debugInfos.MemoryBytes;

    internal ulong Evictions => _modules.Evictions;

    /// <summary>The module behind a mapping; null for anonymous memory and for files that cannot be opened now.</summary>
    internal NativeModule? Find(uint pid, ProcessImage image, int index)
    {
        MemoryMapping mapping = image[index];
        if (mapping.Inode == 0)
            return mapping.Path == VdsoName ? FindVdso(mapping.End - mapping.Start) : null;
        if (image.FileOf(index) is { } known && _modules.TryGet(known, out NativeModule? module))
            return module;

        TargetFile? file = Open(pid, mapping);
        if (file is null)
            return null;
        image.SetFile(index, file.Identity);
        return FindOrAdd(pid, mapping, file);
    }

    /// <summary>Accounts for what a module read since it was added.</summary>
    internal void Reweigh(ProcessImage image, int index, NativeModule module)
    {
        if (image.FileOf(index) is { } identity)
            _modules.Set(identity, module, module.MemoryBytes);
    }

    public void Dispose()
    {
        _modules.Clear();
        _debugInfos.Dispose();
        _vdso?.Dispose();
    }

    private NativeModule FindOrAdd(uint pid, in MemoryMapping mapping, TargetFile file)
    {
        FileIdentity identity = file.Identity;
        if (_modules.TryGet(identity, out NativeModule? module))
        {
            file.Dispose();
            return module;
        }

        bool isTrusted = _trust.Accepts(pid, mapping.Path, file);
        // What is no ELF file is kept too, so that it is not opened for every frame.
        ElfFile.Open(new FileElfSource(file), out ElfFile? elf);
        module = new NativeModule(elf, isTrusted, _debugFiles, _debugInfos, _demangler);
        _modules.Set(identity, module, module.MemoryBytes);
        return module;
    }

    private TargetFile? Open(uint pid, in MemoryMapping mapping)
    {
        if (TargetFile.OpenMapped(_root, pid, mapping.Start, mapping.End, out TargetFile? file) == ProcfsStatus.Ok)
            return file;
        if (mapping.IsDeleted || !mapping.Path.StartsWith('/'))
            return null;

        // Without CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE: by path. The device number in maps may be that of a lower layer, so only the inode counts.
        if (TargetFile.OpenInRoot(_root, pid, mapping.Path, out file) == ProcfsStatus.Ok)
            return Accept(file, mapping, isDeviceChecked: false);

        // The process is gone. The same path of ours is good if it leads to the very same file.
        return TargetFile.OpenInRoot(_root, (uint)Environment.ProcessId, mapping.Path, out file) == ProcfsStatus.Ok
            ? Accept(file, mapping, isDeviceChecked: true)
            : null;
    }

    private static TargetFile? Accept(TargetFile? file, in MemoryMapping mapping, bool isDeviceChecked)
    {
        if (file is null)
            return null;
        FileIdentity found = file.Identity;
        bool isSameDevice = found.DeviceMajor == mapping.DeviceMajor && found.DeviceMinor == mapping.DeviceMinor;
        if (found.Inode == mapping.Inode && (isSameDevice || !isDeviceChecked))
            return file;
        file.Dispose();
        return null;
    }

    // Every 64-bit process has the same image. Ours is read, because a target may have written into its own.
    private NativeModule? FindVdso(ulong mappedBytes)
    {
        if (_vdso is null)
        {
            byte[] image = ReadOwnVdso();
            _vdsoBytes = (ulong)image.Length;
            ElfFile.Open(new MemoryElfSource(image), out ElfFile? elf);
            _vdso = new NativeModule(elf, isTrusted: false, _debugFiles, _debugInfos, _demangler);
        }

        return mappedBytes == _vdsoBytes ? _vdso : null;
    }

    private byte[] ReadOwnVdso()
    {
        uint self = (uint)Environment.ProcessId;
        new MapsReader(_root).Read(self, executableOnly: true, out List<MemoryMapping> mappings);
        MemoryMapping vdso = mappings.Find(static m => m.Path == VdsoName);
        if (vdso.End - vdso.Start is 0 or > MaxVdsoBytes)
            return [];
        var image = new byte[vdso.End - vdso.Start];
        return new ProcessMemory(_root).Read(self, vdso.Start, image) == ProcfsStatus.Ok ? image : [];
    }
}
