// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.Unwind;

namespace Tracer.Stacks.Runtimes;

/// <summary>The language runtimes of one process. Any thread may call, one at a time gets through.</summary>
public sealed class ProcessRuntimes : IDisposable
{
    private readonly Lock _lock = new();
    private readonly TargetProcess? _process;
    private readonly ILanguageRuntime[] _runtimes;
    private bool _isDisposed;

    internal ProcessRuntimes(TargetProcess? process, ILanguageRuntime[] runtimes)
    {
        _process = process;
        _runtimes = runtimes;
    }

    /// <summary>What was found, for people: "CPython 3.11.2".</summary>
    public IReadOnlyList<string> Names => [.. _runtimes.Select(runtime => runtime.Name)];

    /// <summary>Why names are missing; empty when nothing is.</summary>
    public string Limitation
    {
        get
        {
            lock (_lock)
                return _isDisposed ? "" : string.Join("; ", _runtimes.Select(runtime => runtime.Limitation).Where(text => text.Length > 0));
        }
    }

    public bool IsEmpty => _runtimes.Length == 0;

    /// <summary>An interpreter is there, and its frame list is not yet: look again.</summary>
    public bool IsStarting
    {
        get
        {
            lock (_lock)
                return !_isDisposed && Array.Exists(_runtimes, runtime => runtime.IsStarting);
        }
    }

    /// <summary>As <see cref="ILanguageRuntime.Postponed"/>, of all of them.</summary>
    internal int Postponed
    {
        get
        {
            lock (_lock)
                return _isDisposed ? 0 : _runtimes.Sum(runtime => runtime.Postponed);
        }
    }

    /// <summary>The language of the frames that come beside the native ones; null when there is no interpreter.</summary>
    internal FrameKind? InterpreterKind =>
        Array.Find(_runtimes, runtime => runtime.Kind is FrameKind.Python or FrameKind.Php or FrameKind.Java or FrameKind.JavaScript)?.Kind;

    /// <summary>Where an interpreter keeps its frame list; null: there is none that could be walked.</summary>
    public InterpreterLayout? ReadLayout()
    {
        lock (_lock)
            return _isDisposed ? null : _runtimes.Select(runtime => runtime.Layout).FirstOrDefault(layout => layout is not null);
    }

    /// <summary>Rules for generated code; null when frame pointers do.</summary>
    public GeneratedCode? ReadCode()
    {
        lock (_lock)
            return _isDisposed ? null : _runtimes.Select(runtime => runtime.ReadCode()).FirstOrDefault(code => code is not null);
    }

    /// <summary>It is still the program that was looked at.</summary>
    internal bool IsCurrent()
    {
        lock (_lock)
            return !_isDisposed && (_process?.IsAlive() ?? true);
    }

    internal bool TryName(ulong address, List<CodeFrame> frames)
    {
        lock (_lock)
            return !_isDisposed && Array.Exists(_runtimes, runtime => runtime.TryName(address, frames));
    }

    internal bool TryName(in InterpreterFrame frame, List<CodeFrame> frames)
    {
        lock (_lock)
        {
            foreach (ILanguageRuntime runtime in _isDisposed ? [] : _runtimes)
            {
                if (runtime.TryName(in frame, frames))
                    return true;
            }
        }

        return false;
    }

    /// <summary>The directory may drop it while another thread names a stack: that thread then gets no names.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isDisposed || _process is null)
                return;
            _isDisposed = true;
            foreach (ILanguageRuntime runtime in _runtimes)
                runtime.Dispose();
            _process.Dispose();
        }
    }
}
