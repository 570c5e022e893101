// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Python;

/// <summary>The fields of a code object that tell it from another at the same address.</summary>
internal readonly record struct PythonCodeKey(ulong FullName, ulong Name, ulong File, ulong Lines, int FirstLine);
