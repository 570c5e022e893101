// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux.Dwarf;

/// <summary>A function at an address, or one that the compiler inlined there, and the place in its source that runs. Texts are sanitized.</summary>
/// <param name="Function">Mangled name, or one written out with its namespaces and classes; empty when not known.</param>
/// <param name="File">Source file; empty when not known.</param>
/// <param name="Line">Source line; 0 when not known.</param>
public readonly record struct DwarfFrame(string Function, string File, uint Line);
