// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.Unwind;

namespace Tracer.Stacks.Runtimes;

/// <summary>The language runtimes of one process. Any thread may call, one at a time gets through.</summary>
public sealed class ProcessRuntimes : IDisposable
{
    private readonly Lock _lock = new();
    private readonly TargetProcess? _process;
    private readonly ILanguageRuntime[] _runtimes;

    internal ProcessRuntimes(TargetProcess? process, ILanguageRuntime[] runtimes)
    {
        _process = process;
        _runtimes = runtimes;
    }

    /// <summary>What was found, for people: "CPython 3.11.2".</summary>
    public IEnumerable<string> Names => _runtimes.Select(runtime => runtime.Name);

    /// <summary>Why names are missing; empty when nothing is.</summary>
    public string Limitation => string.Join("; ", _runtimes.Select(runtime => runtime.Limitation).Where(text => text.Length > 0));

    /// <summary>Null: no interpreter whose frames could be walked.</summary>
    public InterpreterLayout? Layout => Array.Find(_runtimes, runtime => runtime.Layout is not null)?.Layout;

    internal bool IsEmpty => _runtimes.Length == 0;

    /// <summary>The language of frames that an interpreter's list gives; null when there is no such interpreter.</summary>
    internal FrameKind? InterpreterKind =>
        (Array.Find(_runtimes, runtime => runtime.Layout is not null) ?? Array.Find(_runtimes, runtime => runtime.Kind == FrameKind.Java))?.Kind;

    /// <summary>It is still the program that was looked at.</summary>
    internal bool IsCurrent() => _process?.IsAlive() ?? true;

    /// <summary>Rules for generated code; null when frame pointers do.</summary>
    public GeneratedCode? ReadCode()
    {
        lock (_lock)
            return _runtimes.Select(runtime => runtime.ReadCode()).FirstOrDefault(code => code is not null);
    }

    internal bool TryName(ulong address, List<CodeFrame> frames)
    {
        lock (_lock)
            return Array.Exists(_runtimes, runtime => runtime.TryName(address, frames));
    }

    internal bool TryName(in InterpreterFrame frame, List<CodeFrame> frames)
    {
        lock (_lock)
        {
            foreach (ILanguageRuntime runtime in _runtimes)
            {
                if (runtime.TryName(in frame, frames))
                    return true;
            }
        }

        return false;
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (ILanguageRuntime runtime in _runtimes)
                runtime.Dispose();
            _process?.Dispose();
        }
    }
}
