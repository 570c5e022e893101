// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks;

/// <summary>What kind of code a frame runs.</summary>
public enum FrameKind
{
    Unknown,

    /// <summary>Code of an ELF file: C, C++, Rust and runtimes written in them.</summary>
    Native,
    Go,
    DotNet,
    Java,
    JavaScript,
    Python,
    Php,

    /// <summary>Made by a runtime for itself: stubs, trampolines, interpreter loops. Nobody wrote it.</summary>
    Stub,
}
