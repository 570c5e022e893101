// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks;

/// <summary>A place in source code, as a language runtime or debug information names it. Texts are sanitized.</summary>
/// <param name="Function">Name with its namespace or class, as a programmer of that language writes it.</param>
/// <param name="File">Source file; empty when not known.</param>
/// <param name="Line">Source line; 0 when not known.</param>
/// <param name="Kind">The language.</param>
/// <param name="IsInlined">The compiler put it into the frame that follows.</param>
public readonly record struct CodeFrame(string Function, string File, uint Line, FrameKind Kind, bool IsInlined = false);
