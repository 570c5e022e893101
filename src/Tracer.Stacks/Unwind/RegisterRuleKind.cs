// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Unwind;

/// <summary>The kinds of rules for a register.</summary>
internal enum RegisterRuleKind : byte
{
    /// <summary>The function did not touch it.</summary>
    SameValue,

    /// <summary>It is lost.</summary>
    Undefined,

    /// <summary>In memory at CFA + offset.</summary>
    Offset,

    /// <summary>It is CFA + offset.</summary>
    ValueOffset,

    /// <summary>In another register.</summary>
    Register,

    /// <summary>In memory where an expression says.</summary>
    Expression,

    /// <summary>What an expression says.</summary>
    ValueExpression,
}
