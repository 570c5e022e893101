// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.Runtimes;
using Tracer.Stacks.Unwind;

namespace Tracer.Stacks.Php;

/// <summary>PHP inside one process. Nothing is kept of a frame: the engine reuses the memory of a script with the next request.</summary>
internal sealed class PhpRuntime : ILanguageRuntime
{
    private readonly PhpFunctionReader? _functions;

    internal PhpRuntime(ITargetMemory memory, string name, string limitation, PhpOffsets? offsets, InterpreterLayout? layout)
    {
        _functions = offsets is { } known ? new PhpFunctionReader(memory, known) : null;
        Name = name;
        Limitation = limitation;
        Layout = layout;
    }

    public FrameKind Kind => FrameKind.Php;

    public string Name { get; }

    public string Limitation { get; }

    public InterpreterLayout? Layout { get; }

    public bool TryName(ulong address, List<CodeFrame> frames) => false;

    public bool TryName(in InterpreterFrame frame, List<CodeFrame> frames)
    {
        if (_functions is null)
            return false;
        // A frame without a function separates calls from C into the script.
        if (frame.Function == 0)
            return true;
        if (!_functions.TryRead(frame, out CodeFrame? named))
            return false;
        if (named is { } function)
            frames.Add(function);
        return true;
    }

    public GeneratedCode? ReadCode() => null;

    public void Dispose()
    {
    }
}
