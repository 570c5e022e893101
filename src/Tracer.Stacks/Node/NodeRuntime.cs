// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux;
using Tracer.Stacks.Runtimes;
using Tracer.Stacks.Unwind;

namespace Tracer.Stacks.Node;

/// <summary>
/// Node.js: JavaScript is named by the perf map of V8, if the process was started with one, otherwise by the functions that its frames hold, whose
/// line is where they begin. All its code keeps frame pointers.
/// </summary>
internal sealed class NodeRuntime : ILanguageRuntime
{
    private const string NoMap = "no --perf-basic-prof, and V8 does not say how its functions are laid out: JavaScript frames have no names";

    // New lines cost the process nothing, so they are looked for often: code whose place was taken by other code must not keep its name.
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly PerfMapFile _map;
    private readonly RefreshPacing _pacing;
    private readonly V8Functions? _functions;
    private int _postponed;
    private CodeTable _table = CodeTable.Empty;

    internal NodeRuntime(TargetProcess process, V8Metadata? metadata, TimeProvider time)
    {
        Metadata = metadata;
        _functions = metadata is null ? null : new V8Functions(process, metadata);
        _map = new PerfMapFile(process);
        _pacing = new RefreshPacing(time, FirstPause, LongestPause);
        Limitation = _map.TryOpen() || metadata is not null ? "" : NoMap;
    }

    public FrameKind Kind => FrameKind.JavaScript;

    public string Name => "Node.js";

    public string Limitation { get; private set; }

    public int Postponed => _postponed;

    /// <summary>Without a map the kernel side copies what V8's frames hold. The function's own pointer goes stale at the next collection, its shared part does not.</summary>
    public InterpreterLayout? Layout => _map.IsOpen || Metadata is null
        ? null
        : new InterpreterLayout
        {
            RootKind = InterpreterRoot.NativeFrames,
            Root = unchecked((ulong)Metadata.FrameFunction),
            FunctionOffset = (uint)Metadata.FunctionShared,
            PositionOffset = 0,
            CallerOffset = 0,
        };

    /// <summary>Where V8 keeps the names of functions; null when it does not say all of it.</summary>
    internal V8Metadata? Metadata { get; }

    /// <summary>What is known of its code.</summary>
    internal CodeTable Code => _table;

    public bool TryName(ulong address, List<CodeFrame> frames)
    {
        // A map begins with the process or not at all.
        if (!_map.IsOpen)
            return false;
        bool isRead = _pacing.TryBegin();
        if (isRead)
            Refresh();
        if (!_table.TryFind(address, out ReadOnlySpan<byte> name))
        {
            if (!isRead)
                _postponed++;
            return false;
        }

        frames.Add(ScriptName.Parse(ControlText.Sanitize(name)));
        return true;
    }

    /// <summary>The function of a frame: the word at <see cref="V8Metadata.FrameFunction"/> from the frame pointer, or better what it shares.</summary>
    public bool TryName(in InterpreterFrame frame, List<CodeFrame> frames)
    {
        if (_functions is null || !_functions.TryName(frame.Function, out CodeFrame function))
            return false;
        frames.Add(function);
        return true;
    }

    public GeneratedCode? ReadCode() => null;

    public void Dispose() => _map.Dispose();

    private void Refresh()
    {
        var builder = new CodeTableBuilder();
        _table.CopyTo(builder);
        int before = builder.Count;
        _map.ReadNew(builder);
        if (builder.Count != before)
            _table = builder.Build();
        Limitation = _table.IsComplete && !_map.IsTooLong ? "" : "the perf map is longer than what is read: some JavaScript frames have no names";
    }
}
