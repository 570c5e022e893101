// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Python;

/// <summary>What is kept of a code object.</summary>
/// <param name="Key">Its pointers: another object at the same address has others.</param>
/// <param name="Function">Its name with those of the classes and functions around it, from 3.11 on.</param>
/// <param name="File">As the compiler was told it.</param>
/// <param name="Lines">The line table; null when it could not be read.</param>
internal sealed record PythonCode(PythonCodeKey Key, string Function, string File, byte[]? Lines)
{
    private const long FixedBytes = 256;

    internal long MemoryBytes => FixedBytes + (Function.Length * 2) + (File.Length * 2) + (Lines?.Length ?? 0);
}
