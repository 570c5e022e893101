// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Java;

/// <summary>What kind of code a blob holds.</summary>
internal enum CodeBlobKind : byte
{
    Stub,
    Method,
    Interpreter,
}
