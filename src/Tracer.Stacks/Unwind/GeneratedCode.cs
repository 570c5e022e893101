// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Unwind;

/// <summary>Rules for code that a runtime generated. Rows are in order of their offsets from the base.</summary>
public sealed record GeneratedCode(ulong Base, ulong End, UnwindRow[] Rows);
