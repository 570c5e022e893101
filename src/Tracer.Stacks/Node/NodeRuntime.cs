// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux;
using Tracer.Stacks.Runtimes;
using Tracer.Stacks.Unwind;

namespace Tracer.Stacks.Node;

/// <summary>
/// Node.js: JavaScript is named by the perf map of V8, if the process was started with one. All its code keeps frame pointers. Without a map
/// the frames have no names, and no attempt is made to guess any.
/// </summary>
internal sealed class NodeRuntime : ILanguageRuntime
{
    private const string NoMap = "no --perf-basic-prof: JavaScript frames have no names";

    // New lines cost the process nothing, so they are looked for often: code whose place was taken by other code must not keep its name.
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly PerfMapFile _map;
    private readonly RefreshPacing _pacing;
    private CodeTable _table = CodeTable.Empty;

    internal NodeRuntime(TargetProcess process, TimeProvider time)
    {
        _map = new PerfMapFile(process);
        _pacing = new RefreshPacing(time, FirstPause, LongestPause);
        Limitation = _map.TryOpen() ? "" : NoMap;
    }

    public FrameKind Kind => FrameKind.JavaScript;

    public string Name => "Node.js";

    public string Limitation { get; private set; }

    public InterpreterLayout? Layout => null;

    /// <summary>What is known of its code.</summary>
    internal CodeTable Code => _table;

    public bool TryName(ulong address, List<CodeFrame> frames)
    {
        // A map begins with the process or not at all.
        if (!_map.IsOpen)
            return false;
        if (_pacing.TryBegin())
            Refresh();
        if (!_table.TryFind(address, out ReadOnlySpan<byte> name))
            return false;
        frames.Add(ScriptName.Parse(ControlText.Sanitize(name)));
        return true;
    }

    public bool TryName(in InterpreterFrame frame, List<CodeFrame> frames) => false;

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
