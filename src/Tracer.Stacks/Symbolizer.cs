// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux;
using Tracer.Linux.Procfs;
using Tracer.Stacks.Merging;
using Tracer.Stacks.Native;
using Tracer.Stacks.Runtimes;

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

    private readonly RuntimeDirectory? _runtimes;
    private readonly UserFrameRules _rules;
    private readonly List<CodeFrame> _code = [];

    /// <param name="root">Where processes are.</param>
    /// <param name="options">Bounds; null: the defaults.</param>
    /// <param name="time">Null: the system's.</param>
    /// <param name="runtimes">Names what no ELF symbol covers; borrowed; null: nothing does.</param>
    public Symbolizer(ProcfsRoot root, SymbolizerOptions? options = null, TimeProvider? time = null, RuntimeDirectory? runtimes = null)
    {
        options ??= new SymbolizerOptions();
        _images = new ImageStore(root, options, time ?? TimeProvider.System);
        _modules = new ModuleStore(root, options);
        _runtimes = runtimes;
        _rules = options.FrameRules;
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

    /// <summary>Names a stack as a person reads it, of the process with this identity, also after its end if it was seen before.</summary>
    public MergedStack Resolve(in UserStack stack)
    {
        lock (_lock)
        {
            ProcessRuntimes? runtimes = FindRuntimes(stack.Pid, stack.StartBoottimeNs);
            int postponed = runtimes?.Postponed ?? 0;
            FrameKind kind = runtimes?.InterpreterKind ?? FrameKind.Unknown;
            bool areInPlace = kind == FrameKind.JavaScript;
            List<ResolvedFrame> native = Resolve(
                stack.Pid, stack.StartBoottimeNs, stack.Addresses.Span, runtimes, areInPlace ? stack.Interpreter.Span : []);
            List<IReadOnlyList<CodeFrame>> interpreter = areInPlace ? [] : NameInterpreter(stack.Interpreter.Span, runtimes);
            MergedStack merged = StackMerger.Merge(native, interpreter, kind, stack.IsComplete, _rules);
            return merged with
            {
                MayImprove = runtimes is not null && runtimes.Postponed != postponed,
                Limitation = runtimes is not null && merged.Frames.Any(frame => frame.Function.Length == 0 || frame.Kind == FrameKind.Stub) ? runtimes.Limitation : "",
            };
        }
    }

    /// <summary>
    /// Names addresses, innermost first, of whichever process has the pid now. At least one frame per address, more where functions were inlined;
    /// where nothing is known the texts are empty.
    /// </summary>
    public IReadOnlyList<ResolvedFrame> Resolve(uint pid, ReadOnlySpan<ulong> addresses)
    {
        lock (_lock)
            return Resolve(pid, null, addresses, null);
    }

    /// <summary>Names addresses, innermost first, of the process with this identity, also after its end if it was seen before.</summary>
    public IReadOnlyList<ResolvedFrame> Resolve(uint pid, ulong startBoottimeNs, ReadOnlySpan<ulong> addresses)
    {
        lock (_lock)
            return Resolve(pid, startBoottimeNs, addresses, FindRuntimes(pid, startBoottimeNs));
    }

    public void Dispose()
    {
        lock (_lock)
            _modules.Dispose();
    }

    private static List<IReadOnlyList<CodeFrame>> NameInterpreter(ReadOnlySpan<InterpreterFrame> frames, ProcessRuntimes? runtimes)
    {
        var interpreter = new List<IReadOnlyList<CodeFrame>>(frames.Length);
        foreach (ref readonly InterpreterFrame frame in frames)
        {
            var named = new List<CodeFrame>();
            // A frame that stands for no code of anybody's gives none and is left out; one that cannot be named stays as a gap.
            if (runtimes is null || !runtimes.TryName(in frame, named) || named.Count > 0)
                interpreter.Add(named);
        }

        return interpreter;
    }

    private ProcessRuntimes? FindRuntimes(uint pid, ulong startBoottimeNs) =>
        _runtimes?.FindKnown(pid, startBoottimeNs) ?? _runtimes?.Look(pid, startBoottimeNs);

    /// <param name="inPlace">What some of the native frames run, by their index in <see cref="InterpreterFrame.Detail"/>, innermost first.</param>
    private List<ResolvedFrame> Resolve(
        uint pid, ulong? startBoottimeNs, ReadOnlySpan<ulong> addresses, ProcessRuntimes? runtimes, ReadOnlySpan<InterpreterFrame> inPlace = default)
    {
        var frames = new List<ResolvedFrame>(addresses.Length);
        ProcessImage? image = _images.Find(pid, startBoottimeNs);
        // The innermost address is where execution is, and so is that of a frame that a signal interrupted.
        bool isExact = true;
        for (int i = 0; i < addresses.Length; i++)
        {
            ulong address = addresses[i];
            // A return address is behind its call, which may be the last instruction of a function.
            ulong lookup = isExact || address == 0 ? address : address - 1;
            int index = image?.Find(lookup) ?? -1;
            if (index < 0 && image is not null)
            {
                image = _images.Refresh(pid, image) ?? image;
                index = image.Find(lookup);
            }

            isExact = false;
            int before = frames.Count;
            if (!inPlace.IsEmpty && inPlace[0].Detail == (ulong)i)
            {
                bool isNamed = TryNameInPlace(runtimes, in inPlace[0], address, frames);
                inPlace = inPlace[1..];
                if (isNamed)
                    continue;
            }

            ResolvedFrame place = index < 0
                ? new ResolvedFrame("", "", 0, address, "", "", 0)
                : Name(pid, image!, index, address, lookup, frames, out isExact);
            if (frames.Count == before && !TryNameGenerated(runtimes, lookup, place, frames))
                frames.Add(place);
        }

        return frames;
    }

    /// <summary>Adds the named frames; the result is the bare place, for when there are none.</summary>
    private ResolvedFrame Name(
        uint pid, ProcessImage image, int index, ulong address, ulong lookup, List<ResolvedFrame> frames, out bool isSignalReturn)
    {
        MemoryMapping mapping = image[index];
        string path = ControlText.Sanitize(mapping.Path);
        ulong fileOffset = lookup - mapping.Start + mapping.Offset;
        isSignalReturn = false;
        NativeModule? module = _modules.Find(pid, image, index);
        long before = module?.MemoryBytes ?? 0;
        if (module?.Find(fileOffset, isReturnAddress: lookup != address) is not { } code)
            return new ResolvedFrame("", path, path.Length == 0 ? 0 : fileOffset + (address - lookup), address, module?.BuildId ?? "", "", 0);

        if (module.MemoryBytes != before)
            _modules.Reweigh(image, index, module);
        isSignalReturn = code.IsSignalReturn;
        foreach (CodeFrame frame in code.Frames)
            frames.Add(new ResolvedFrame(
                frame.Function, path, code.Address - code.Start, address, module.BuildId, frame.File, frame.Line, frame.Kind, frame.IsInlined));
        return new ResolvedFrame("", path, code.Address, address, module.BuildId, "", 0, FrameKind.Native);
    }

    private bool TryNameInPlace(ProcessRuntimes? runtimes, in InterpreterFrame function, ulong address, List<ResolvedFrame> frames)
    {
        _code.Clear();
        if (runtimes is null || !runtimes.TryName(in function, _code))
            return false;
        foreach (CodeFrame frame in _code)
            frames.Add(new ResolvedFrame(frame.Function, "", 0, address, "", frame.File, frame.Line, frame.Kind, frame.IsInlined));
        return _code.Count > 0;
    }

    private bool TryNameGenerated(ProcessRuntimes? runtimes, ulong lookup, in ResolvedFrame place, List<ResolvedFrame> frames)
    {
        _code.Clear();
        if (runtimes is null || !runtimes.TryName(lookup, _code))
            return false;
        foreach (CodeFrame frame in _code)
            frames.Add(new ResolvedFrame(
                frame.Function, place.Module, 0, place.Address, place.BuildId, frame.File, frame.Line, frame.Kind, frame.IsInlined));
        return _code.Count > 0;
    }
}
