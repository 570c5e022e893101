// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Python;

/// <summary>
/// Bytes into the structures of one version of CPython (x86-64). Source: offsetof programs over the headers of 3.8.18, 3.9.18, 3.10.13,
/// 3.11.2, 3.11.7 and 3.12.1. A 3.13 publishes its own, see <see cref="PythonDebugOffsets"/>.
/// </summary>
internal sealed record PythonOffsets
{
    internal const int NoHop = -1;

    /// <summary>_PyRuntimeState.interpreters.head, the newest interpreter.</summary>
    public required int FirstInterpreter { get; init; }

    public required int InterpreterNext { get; init; }

    /// <summary>PyInterpreterState: the pointer to its newest thread state.</summary>
    public required int FirstThread { get; init; }

    public required int ThreadNext { get; init; }

    /// <summary>PyThreadState.thread_id: pthread_self(), which is the thread pointer.</summary>
    public required int ThreadId { get; init; }

    /// <summary>From the thread state to the newest frame.</summary>
    public required int FirstHop { get; init; }

    public int SecondHop { get; init; } = NoHop;

    public required int FrameCode { get; init; }

    public required int FramePosition { get; init; }

    public required int FrameCaller { get; init; }

    /// <summary>8: the frame has a pointer to the instruction; 4: its index.</summary>
    public int PositionBytes { get; init; } = 8;

    /// <summary>Bytes of what the index counts.</summary>
    public int PositionUnit { get; init; } = 1;

    public required PythonLineFormat LineFormat { get; init; }

    public required int CodeFirstLine { get; init; }

    public required int CodeLines { get; init; }

    public required int CodeFile { get; init; }

    public required int CodeName { get; init; }

    /// <summary>co_qualname, or co_name before there was one.</summary>
    public required int CodeFullName { get; init; }

    /// <summary>co_code_adaptive: the instructions, at the end of the code object.</summary>
    public int CodeInstructions { get; init; }

    public int ObjectType { get; init; } = 8;

    public int TypeName { get; init; } = 24;

    public int BytesLength { get; init; } = 16;

    public int BytesData { get; init; } = 32;

    public int TextLength { get; init; } = 16;

    public int TextState { get; init; } = 32;

    /// <summary>sizeof(PyASCIIObject): the characters of a text in ASCII follow.</summary>
    public required int TextAscii { get; init; }

    /// <summary>sizeof(PyCompactUnicodeObject): the characters of any other text follow.</summary>
    public required int TextWide { get; init; }

    private static readonly PythonOffsets Python38 = new()
    {
        FirstInterpreter = 32,
        InterpreterNext = 0,
        FirstThread = 8,
        ThreadNext = 8,
        ThreadId = 176,
        FirstHop = 24,
        FrameCode = 32,
        FramePosition = 104,
        FrameCaller = 24,
        PositionBytes = 4,
        LineFormat = PythonLineFormat.Steps,
        CodeFirstLine = 40,
        CodeLines = 120,
        CodeFile = 104,
        CodeName = 112,
        CodeFullName = 112,
        TextAscii = 48,
        TextWide = 72,
    };

    private static readonly PythonOffsets Python310 = Python38 with
    {
        FramePosition = 96,
        PositionUnit = 2,
        LineFormat = PythonLineFormat.Ranges,
    };

    private static readonly PythonOffsets Python311 = new()
    {
        FirstInterpreter = 40,
        InterpreterNext = 0,
        FirstThread = 16,
        ThreadNext = 8,
        ThreadId = 152,
        FirstHop = 56,
        SecondHop = 8,
        FrameCode = 32,
        FramePosition = 56,
        FrameCaller = 48,
        LineFormat = PythonLineFormat.Locations,
        CodeFirstLine = 72,
        CodeLines = 136,
        CodeFile = 112,
        CodeName = 120,
        CodeFullName = 128,
        CodeInstructions = 184,
        TextAscii = 48,
        TextWide = 72,
    };

    private static readonly PythonOffsets Python312 = Python311 with
    {
        FirstThread = 72,
        ThreadId = 136,
        SecondHop = 0,
        FrameCode = 0,
        FrameCaller = 8,
        CodeFirstLine = 68,
        CodeInstructions = 192,
        TextAscii = 40,
        TextWide = 56,
    };

    /// <summary>The offsets of a version; null when there is no table of it.</summary>
    internal static PythonOffsets? Of(PythonVersion version) => version.Minor switch
    {
        8 or 9 => Python38,
        10 => Python310,
        11 => Python311,
        12 => Python312,
        _ => null,
    };
}
