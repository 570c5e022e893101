// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Python;

/// <summary>The fields of a code object that tell it from another at the same address.</summary>
internal readonly record struct PythonCodeKey(ulong FullName, ulong Name, ulong File, ulong Lines, int FirstLine)
{
    /// <summary>
    /// Made by the interpreter for itself: since 3.12 it puts frames of such code between C and Python, with one text for all names
    /// (_Py_MakeShimCode).
    /// </summary>
    internal bool IsShim => FullName == File && Name == File;
}
