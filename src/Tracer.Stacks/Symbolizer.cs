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
            return new SymbolizerUsage(_modules.Count, _modules.MemoryBytes, _modules.Evictions, _images.MappingCount, _images.Evictions);
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
            for (int i = 0; i < addresses.Length; i++)
            {
                // A return address is behind its call, which may be the last instruction of a function; the innermost is where execution is.
                ulong lookup = i == 0 || addresses[i] == 0 ? addresses[i] : addresses[i] - 1;
                int index = image?.Find(lookup) ?? -1;
                if (index < 0 && image is not null)
                {
                    image = _images.Refresh(pid, image) ?? image;
                    index = image.Find(lookup);
                }

                frames[i] = index < 0
                    ? new ResolvedFrame("", "", 0, addresses[i], "", "", 0)
                    : Name(pid, image!, index, addresses[i], lookup);
            }
        }

        return frames;
    }

    private ResolvedFrame Name(uint pid, ProcessImage image, int index, ulong address, ulong lookup)
    {
        MemoryMapping mapping = image[index];
        string path = ControlText.Sanitize(mapping.Path);
        ulong fileOffset = lookup - mapping.Start + mapping.Offset;
        ulong past = address - lookup;
        NativeModule? module = _modules.Find(pid, image, index);
        if (module is null || !module.TryAddressOf(fileOffset, out ulong linked))
            return new ResolvedFrame("", path, path.Length == 0 ? 0 : fileOffset + past, address, module?.BuildId ?? "", "", 0);

        long before = module.MemoryBytes;
        bool isNamed = module.TryFind(linked, out ulong start, out string function);
        string buildId = module.BuildId;
        if (module.MemoryBytes != before)
            _modules.Reweigh(image, index, module);
        return new ResolvedFrame(function, path, (isNamed ? linked - start : linked) + past, address, buildId, "", 0);
    }
}
