// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux;
using Tracer.Linux.Procfs;
using Tracer.Stacks.Runtimes;
using Tracer.Stacks.Unwind;

namespace Tracer.Stacks.DotNet;

/// <summary>
/// CoreCLR: names jitted and ReadyToRun code by asking the runtime over its diagnostic port. Its code keeps frame pointers, and there is no interpreter.
/// </summary>
internal sealed class DotNetRuntime : ILanguageRuntime
{
    private const int MaxUnknown = 4096;
    private const int MaxSilences = 3;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly TargetProcess _process;
    private readonly bool _isSingleFile;
    private readonly DotNetSettings _settings;
    private readonly DiagnosticPort _port;
    private readonly JitDump _dump;
    private readonly Rundown _rundown;
    private readonly RefreshPacing _pacing;

    // What nobody could name, such as stubs: it must not cause another request.
    private readonly HashSet<ulong> _unknown = [];

    // Asked for too soon after the last request. The next answer is newer than they are: what it does not name either is unknown.
    private readonly HashSet<ulong> _postponed = [];
    private CodeTable _table = CodeTable.Empty;
    private int _silences;

    internal DotNetRuntime(TargetProcess process, string version, bool isSingleFile, TimeProvider time)
    {
        _process = process;
        _isSingleFile = isSingleFile;
        _settings = DotNetSettings.Read(process.Root, process.Pid);
        _port = new DiagnosticPort(process, _settings.TempFolder, process.StartTicks);
        _dump = new JitDump(process, _settings, _port);
        _rundown = new Rundown(_port);
        _pacing = new RefreshPacing(time, FirstPause, LongestPause);
        Name = version.Length == 0 ? ".NET" : $".NET {version}";
        Limitation = _settings.IsDiagnosticsOff ? "DOTNET_EnableDiagnostics=0: .NET frames have no names" : "";
    }

    public FrameKind Kind => FrameKind.DotNet;

    public string Name { get; }

    public string Limitation { get; private set; }

    public int Postponed => _pacing.Refusals;

    public InterpreterLayout? Layout => null;

    /// <summary>What is known of its code.</summary>
    internal CodeTable Code => _table;

    public bool TryName(ulong address, List<CodeFrame> frames)
    {
        if (!_table.TryFind(address, out ReadOnlySpan<byte> name))
        {
            if (_settings.IsDiagnosticsOff || _silences >= MaxSilences || _unknown.Contains(address) || !IsOurs(address))
                return false;
            if (!_pacing.TryBegin())
            {
                Keep(_postponed, address);
                return false;
            }

            Refresh();
            if (!_table.TryFind(address, out name))
            {
                Keep(_unknown, address);
                return false;
            }
        }

        frames.Add(MethodName.Parse(ControlText.Sanitize(name)));
        return true;
    }

    public bool TryName(in InterpreterFrame frame, List<CodeFrame> frames) => false;

    public GeneratedCode? ReadCode() => null;

    public void Dispose() => _dump.Repair();

    private static void Keep(HashSet<ulong> addresses, ulong address)
    {
        if (addresses.Count >= MaxUnknown)
            addresses.Clear();
        addresses.Add(address);
    }

    // Native libraries are named by their own symbols; an address in one of them is no reason to disturb the process.
    private bool IsOurs(ulong address)
    {
        // Code ran there, so it was mapped after the last reading, most likely: into a gap, or over what the runtime had reserved.
        if (!_process.TryFindMapping(address, out MemoryMapping mapping) || !mapping.IsExecutable)
            return true;
        return mapping.Path.Length == 0 || mapping.Path.StartsWith("/memfd:", StringComparison.Ordinal)
            || mapping.Path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) || mapping.Path.EndsWith(".exe", StringComparison.OrdinalIgnoreCase)
            || (_isSingleFile && !mapping.Path.Contains(".so", StringComparison.Ordinal));
    }

    // Only what exists now: code that was freed since the last time may be another method's by now.
    private void Take(CodeTable table)
    {
        _table = table;
        foreach (ulong address in _postponed)
        {
            if (!table.TryFind(address, out _))
                Keep(_unknown, address);
        }

        _postponed.Clear();
    }

    private void Refresh()
    {
        if (!_process.RefreshMappings())
            return;
        if (!_port.Exists())
        {
            Limitation = "no diagnostic socket: .NET frames have no names";
            _pacing.SlowDown();
            return;
        }

        var builder = new CodeTableBuilder();
        PortAnswer answer = _rundown.Take(builder);
        if (answer == PortAnswer.Refused)
        {
            builder = new CodeTableBuilder();
            answer = _dump.Take(builder) switch
            {
                JitDump.Outcome.NoAnswer => PortAnswer.None,
                JitDump.Outcome.Impossible => PortAnswer.Refused,
                _ => PortAnswer.Done,
            };
        }

        if (answer == PortAnswer.Done)
        {
            Take(builder.Build());
            _silences = 0;
            Limitation = _table.IsComplete ? "" : "more code than is kept: some .NET frames have no names";
            return;
        }

        _silences++;
        _pacing.SlowDown();
        Limitation = "the diagnostic port does not answer: .NET frames have no names";
    }
}
