// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux;
using Tracer.Linux.Procfs;
using Tracer.Stacks.Native;

namespace Tracer.Stacks;

/// <summary>
/// Names the addresses of user stacks. Reads files and may take tens of milliseconds for a file it sees first, so it belongs on a worker, never
/// in the event path. One lock guards it: any thread may call, one at a time gets through.
/// </summary>
public sealed class Symbolizer : IDisposable
{
    private readonly Lock _lock = new();
    private readonly ImageStore _images;
    private readonly ModuleStore _modules;

    public Symbolizer(ProcfsRoot root, SymbolizerOptions? options = null, TimeProvider? time = null)
    {
        options ??= new SymbolizerOptions();
        _images = new ImageStore(root, options, time ?? TimeProvider.System);
        _modules = new ModuleStore(root, options);
    }

    /// <summary>What the caches hold.</summary>
    public SymbolizerUsage ReadUsage()
    {
        lock (_lock)
            return new SymbolizerUsage(
                _modules.Count, _modules.MemoryBytes, _modules.Evictions, _images.MappingCount, _images.Evictions, _modules.DebugInfoBytes);
    }

    /// <summary>Reads the mappings of a process and opens its files, so that its stacks can be named after it is gone.</summary>
    public bool Prepare(uint pid, ulong startBoottimeNs)
    {
        lock (_lock)
        {
            ProcessImage? image = _images.Find(pid, startBoottimeNs);
            for (int index = 0; index < (image?.Count ?? 0); index++)
                _modules.Find(pid, image!, index);
            return image is not null;
        }
    }

    /// <summary>
    /// Names addresses, innermost first, of whichever process has the pid now. Always one frame per address; where nothing is known the texts are empty.
    /// </summary>
    public IReadOnlyList<ResolvedFrame> Resolve(uint pid, ReadOnlySpan<ulong> addresses) => Resolve(pid, null, addresses);

    /// <summary>Names addresses, innermost first, of the process with this identity, also after its end if it was seen before.</summary>
    public IReadOnlyList<ResolvedFrame> Resolve(uint pid, ulong startBoottimeNs, ReadOnlySpan<ulong> addresses) =>
        Resolve(pid, (ulong?)startBoottimeNs, addresses);

    public void Dispose()
    {
        lock (_lock)
            _modules.Dispose();
    }

    private ResolvedFrame[] Resolve(uint pid, ulong? startBoottimeNs, ReadOnlySpan<ulong> addresses)
    {
        var frames = new ResolvedFrame[addresses.Length];
        lock (_lock)
        {
            ProcessImage? image = _images.Find(pid, startBoottimeNs);
            // The innermost address is where execution is, and so is that of a frame that a signal interrupted.
            bool isExact = true;
            for (int i = 0; i < addresses.Length; i++)
            {
                // A return address is behind its call, which may be the last instruction of a function.
                ulong lookup = isExact || addresses[i] == 0 ? addresses[i] : addresses[i] - 1;
                int index = image?.Find(lookup) ?? -1;
                if (index < 0 && image is not null)
                {
                    image = _images.Refresh(pid, image) ?? image;
                    index = image.Find(lookup);
                }

                isExact = false;
                frames[i] = index < 0
                    ? new ResolvedFrame("", "", 0, addresses[i], "", "", 0)
                    : Name(pid, image!, index, addresses[i], lookup, out isExact);
            }
        }

        return frames;
    }

    private ResolvedFrame Name(uint pid, ProcessImage image, int index, ulong address, ulong lookup, out bool isSignalReturn)
    {
        MemoryMapping mapping = image[index];
        string path = ControlText.Sanitize(mapping.Path);
        ulong fileOffset = lookup - mapping.Start + mapping.Offset;
        isSignalReturn = false;
        NativeModule? module = _modules.Find(pid, image, index);
        long before = module?.MemoryBytes ?? 0;
        if (module?.Find(fileOffset, isReturnAddress: lookup != address) is not { } code)
            return new ResolvedFrame("", path, path.Length == 0 ? 0 : fileOffset + (address - lookup), address, module?.BuildId ?? "", "", 0);

        string buildId = module.BuildId;
        if (module.MemoryBytes != before)
            _modules.Reweigh(image, index, module);
        isSignalReturn = code.IsSignalReturn;
        if (code.Frames.Length == 0)
            return new ResolvedFrame("", path, code.Address, address, buildId, "", 0);
        CodeFrame function = code.Frames[^1];
        return new ResolvedFrame(
            function.Function, path, code.Address - code.Start, address, buildId, function.File, function.Line, function.Kind);
    }
}
