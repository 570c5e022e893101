// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Unwind;

/// <summary>The rules at one place in code, of the registers that a stack walk follows.</summary>
internal struct FrameRules
{
    /// <summary>The CFA is Register: this register + CfaOffset, or Expression: what an expression says.</summary>
    public RegisterRule Cfa;
    public long CfaOffset;
    public RegisterRule FramePointer;
    public RegisterRule ReturnAddress;
}
