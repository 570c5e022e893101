// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.Runtimes;
using Tracer.Stacks.Unwind;

namespace Tracer.Stacks.Python;

/// <summary>CPython inside one process.</summary>
internal sealed class PythonRuntime : ILanguageRuntime
{
    private readonly ITargetMemory _memory;
    private readonly PythonCodeReader? _codes;
    private InterpreterLayout? _layout;

    /// <param name="runtime">Address of _PyRuntime in the process.</param>
    internal PythonRuntime(ITargetMemory memory, string name, string limitation, ulong runtime, PythonOffsets? offsets)
    {
        _memory = memory;
        Address = runtime;
        Offsets = offsets;
        _codes = offsets is null ? null : new PythonCodeReader(memory, offsets);
        Name = name;
        Limitation = limitation;
    }

    /// <summary>Where _PyRuntime is.</summary>
    internal ulong Address { get; }

    /// <summary>Null: the version is not known.</summary>
    internal PythonOffsets? Offsets { get; }

    public FrameKind Kind => FrameKind.Python;

    public string Name { get; }

    public string Limitation { get; }

    /// <summary>Null as long as the interpreter is starting: ask again.</summary>
    public InterpreterLayout? Layout => Offsets is null ? null : _layout ??= PythonThreads.FindLayout(_memory, Address, Offsets);

    public bool IsStarting => Offsets is not null && Layout is null;

    public bool TryName(ulong address, List<CodeFrame> frames) => false;

    public bool TryName(in InterpreterFrame frame, List<CodeFrame> frames)
    {
        if (_codes is null || !_codes.TryName(frame.Function, frame.Position, out CodeFrame? named))
            return false;
        if (named is { } code)
            frames.Add(code);
        return true;
    }

    public GeneratedCode? ReadCode() => null;

    public void Dispose()
    {
    }
}
