// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.Unwind;

namespace Tracer.Stacks.Runtimes;

/// <summary>
/// A language runtime inside one observed process: names what ELF symbols cannot, and says how the kernel side has to walk it. One caller at a
/// time. The process is hostile and may end at any moment: nothing it does makes this throw, hang or read without bound.
/// </summary>
public interface ILanguageRuntime : IDisposable
{
    /// <summary>The language of its frames.</summary>
    FrameKind Kind { get; }

    /// <summary>What it is, for people: "CPython 3.11.2", "OpenJDK 17.0.15".</summary>
    string Name { get; }

    /// <summary>Why names are missing; empty when nothing is.</summary>
    string Limitation { get; }

    /// <summary>
    /// How many addresses were left without a name because the process had been asked a moment ago: a later attempt may name them.
    /// </summary>
    int Postponed => 0;

    /// <summary>Where the interpreter keeps its frames; null when it has none that the kernel side could read.</summary>
    InterpreterLayout? Layout { get; }

    /// <summary>There is no <see cref="Layout"/> yet, but soon: ask again.</summary>
    bool IsStarting => false;

    /// <summary>
    /// Names generated code. May ask the process again when the address is new, at a limited rate.
    /// </summary>
    /// <param name="address">Inside the call instruction (return address less one), or where execution is for the innermost frame.</param>
    /// <param name="frames">Gets the frames, inlined ones first; untouched when the address is not this runtime's.</param>
    /// <returns>True when the address was named.</returns>
    bool TryName(ulong address, List<CodeFrame> frames);

    /// <summary>Names one frame of the interpreter's list; false when that memory makes no sense (any more).</summary>
    bool TryName(in InterpreterFrame frame, List<CodeFrame> frames);

    /// <summary>Rules to unwind generated code that keeps no frame pointer; null when frame pointers do.</summary>
    GeneratedCode? ReadCode();
}
