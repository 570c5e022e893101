// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution;

/// <summary>One frame of a user stack; empty strings and 0 mean not known.</summary>
public sealed record StackFrame(
    string Function, string Module, ulong Offset, ulong Address, string BuildId, string File, uint Line, CodeKind Kind = CodeKind.Unknown,
    bool IsInlined = false);
