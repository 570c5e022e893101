// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Threads;

/// <summary>A walked stack, not named yet.</summary>
/// <param name="Addresses">Of the machine stack, innermost first.</param>
/// <param name="Interpreter">An interpreter's own frames, newest first.</param>
/// <param name="End">Why the walk ended.</param>
/// <param name="Gaps">What it had to do without.</param>
public sealed record ThreadStack(ulong[] Addresses, InterpreterFrame[] Interpreter, WalkEnd End, WalkGaps Gaps);
