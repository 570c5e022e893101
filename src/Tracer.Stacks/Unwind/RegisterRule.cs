// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Unwind;

/// <summary>How the caller's value of a register is found (DWARF 5 section 6.4.1).</summary>
/// <param name="Kind">The rule.</param>
/// <param name="Value">Offset from the CFA, number of the register, or position of the expression.</param>
/// <param name="End">The position behind the expression.</param>
internal readonly record struct RegisterRule(RegisterRuleKind Kind, long Value, int End = 0);
