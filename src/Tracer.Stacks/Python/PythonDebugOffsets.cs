// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;

namespace Tracer.Stacks.Python;

/// <summary>
/// Reads the _Py_DebugOffsets with which _PyRuntime begins since 3.13 (Include/internal/pycore_runtime.h of 3.13): a process without it is
/// older. Its fields are u64 in the order of that header, which changed again in 3.14.
/// </summary>
internal static class PythonDebugOffsets
{
    internal const int Size = 584;

    private const ulong LargestState = 1 << 20;
    private const ulong LargestObject = 4096;

    // Bytes between sizeof(PyASCIIObject) and sizeof(PyCompactUnicodeObject): utf8_length and utf8.
    private const int WideHead = 16;

    private static ReadOnlySpan<byte> Cookie => "xdebugpy"u8;

    internal static bool IsPresent(ReadOnlySpan<byte> runtime) => runtime.StartsWith(Cookie);

    /// <summary>The version that wrote them; null when it makes no sense.</summary>
    internal static PythonVersion? VersionOf(ReadOnlySpan<byte> runtime) => PythonVersion.FromHex(Field(runtime, 8));

    /// <summary>Null when one of them is beyond what a structure can be.</summary>
    internal static PythonOffsets? Read(ReadOnlySpan<byte> runtime)
    {
        if (runtime.Length < Size)
            return null;
        bool isSane = true;
        var offsets = new PythonOffsets
        {
            FirstInterpreter = Take(runtime, 40, LargestState),
            InterpreterNext = Take(runtime, 64, LargestState),
            FirstThread = Take(runtime, 72, LargestState),
            ThreadNext = Take(runtime, 168, LargestObject),
            FirstHop = Take(runtime, 184, LargestObject),
            ThreadId = Take(runtime, 192, LargestObject),
            FrameCaller = Take(runtime, 232, LargestObject),
            FrameCode = Take(runtime, 240, LargestObject),
            FramePosition = Take(runtime, 248, LargestObject),
            LineFormat = PythonLineFormat.Locations,
            CodeFile = Take(runtime, 280, LargestObject),
            CodeName = Take(runtime, 288, LargestObject),
            CodeFullName = Take(runtime, 296, LargestObject),
            CodeLines = Take(runtime, 304, LargestObject),
            CodeFirstLine = Take(runtime, 312, LargestObject),
            CodeInstructions = Take(runtime, 344, LargestObject),
            ObjectType = Take(runtime, 360, LargestObject),
            TypeName = Take(runtime, 376, LargestObject),
            BytesLength = Take(runtime, 520, LargestObject),
            BytesData = Take(runtime, 528, LargestObject),
            TextState = Take(runtime, 544, LargestObject),
            TextLength = Take(runtime, 552, LargestObject),
            TextAscii = Take(runtime, 560, LargestObject),
            TextWide = Take(runtime, 560, LargestObject) + WideHead,
        };
        return isSane ? offsets : null;

        int Take(ReadOnlySpan<byte> from, int at, ulong largest)
        {
            isSane &= Field(from, at) <= largest;
            return (int)Math.Min(Field(from, at), largest);
        }
    }

    private static ulong Field(ReadOnlySpan<byte> runtime, int at) => BinaryPrimitives.ReadUInt64LittleEndian(runtime[at..]);
}
