// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Java;

/// <summary>A method as it was when it was read.</summary>
/// <param name="ConstMethod">Where its unchanging part is.</param>
/// <param name="Header">That part without the bytecodes: while it is the same there, so is the method.</param>
/// <param name="Function">Class and method, dotted.</param>
/// <param name="File">Source file without a folder; empty when the class does not say.</param>
/// <param name="Code">First bytecode.</param>
/// <param name="CodeSize">Bytes of bytecode.</param>
/// <param name="LineBytes">Bytes behind the bytecodes that may hold the line numbers; 0 when there are none.</param>
internal sealed record JavaMethod(
    ulong ConstMethod, byte[] Header, string Function, string File, ulong Code, uint CodeSize, int LineBytes);
