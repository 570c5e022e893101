// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Threads;

/// <summary>What a walk had to do without.</summary>
[Flags]
public enum WalkGaps
{
    None = 0,

    /// <summary>Some code has no rules that could be read: frame-pointer steps there, callers may be missing.</summary>
    NoRules = 1 << 0,

    /// <summary>More frames of the interpreter than a walk takes, or unreadable ones.</summary>
    InterpreterCut = 1 << 1,

    /// <summary>The walk needed a frame pointer that nobody knows.</summary>
    NoFramePointer = 1 << 2,

    /// <summary>The same, and one was guessed with which the walk comes to an end: callers may be missing.</summary>
    GuessedFramePointer = 1 << 4,

    /// <summary>The interpreter's frames are found by the thread pointer, and nobody knows it.</summary>
    NoThreadPointer = 1 << 3,
}
