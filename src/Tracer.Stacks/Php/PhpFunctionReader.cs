// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;

namespace Tracer.Stacks.Php;

/// <summary>
/// Reads zend_functions. That of a script's main code is freed at the end of its request, perhaps before we come, so everything is checked
/// against what the kernel side saw: a name that is not certain is none.
/// </summary>
internal sealed class PhpFunctionReader(ITargetMemory memory, PhpOffsets offsets)
{
    /// <summary>ZEND_USER_FUNCTION: also main and included code.</summary>
    internal const byte UserFunction = 2;

    private const byte InternalFunction = 1;
    private const byte EvaluatedCode = 4;
    private const byte InternalClass = 1;
    private const byte UserClass = 2;
    private const string MainName = "{main}";

    // TCP_MAIN_CODE of bpf/wire.h, beside the type of the function; above it the lowest bits of a hash.
    private const ulong MainCode = 0x80ul << 32;
    private const int HashShift = 40;
    private const ulong HashMask = 0xff_ffff;

    private const string ClosureWithPlace = "{closure:";
    private const int MaxFunctionBytes = 256;

    /// <param name="named">Null: the frame is the engine's own.</param>
    internal bool TryRead(in InterpreterFrame frame, out CodeFrame? named)
    {
        named = null;
        if ((frame.Detail & MainCode) != 0)
        {
            named = NameMain(frame);
            return true;
        }

        Span<byte> function = stackalloc byte[MaxFunctionBytes];
        function = function[..(int)(offsets.FileName + 16)];
        // An internal function is a shorter structure, and may be the last of its page.
        int got = memory.ReadSome(frame.Function, function);
        if (got < PhpOffsets.Scope + sizeof(ulong))
            return false;
        byte type = function[0];
        uint seenType = (uint)(frame.Detail >> 32);
        if (type is not (InternalFunction or UserFunction or EvaluatedCode) || (seenType != 0 && seenType != type))
            return false;
        ulong nameAddress = BinaryPrimitives.ReadUInt64LittleEndian(function[PhpOffsets.FunctionName..]);
        // Such is the frame below a fiber (zend_fiber_function).
        if (type == InternalFunction && nameAddress == 0)
            return true;
        if (!TryReadName(function, nameAddress, out string name))
            return false;
        if (type == InternalFunction)
        {
            named = new CodeFrame(name, "", 0, FrameKind.Php);
            return true;
        }

        return got == function.Length && TryReadPlace(function, frame, name, out named);
    }

    // That it is main code is certain; its file is, as long as the name has the hash that it had.
    private CodeFrame NameMain(in InterpreterFrame frame)
    {
        bool hasFile = PhpText.TryRead(memory, frame.Function, out string file, out ulong hash) && (hash & HashMask) == frame.Detail >> HashShift;
        return new CodeFrame(MainName, hasFile ? file : "", (uint)frame.Detail, FrameKind.Php);
    }

    private bool TryReadName(ReadOnlySpan<byte> function, ulong nameAddress, out string name)
    {
        name = MainName;
        if (nameAddress == 0)
            return true;
        if (!PhpText.TryRead(memory, nameAddress, out name))
            return false;
        ulong scope = BinaryPrimitives.ReadUInt64LittleEndian(function[PhpOffsets.Scope..]);
        // From 8.4 on the name of a closure says in which method it is.
        if (scope == 0 || name.StartsWith(ClosureWithPlace, StringComparison.Ordinal))
            return true;
        Span<byte> entry = stackalloc byte[PhpOffsets.ClassName + sizeof(ulong)];
        if (!memory.TryRead(scope, entry) || entry[0] is not (InternalClass or UserClass)
            || !PhpText.TryRead(memory, BinaryPrimitives.ReadUInt64LittleEndian(entry[PhpOffsets.ClassName..]), out string className))
            return false;
        name = $"{className}::{name}";
        return true;
    }

    private bool TryReadPlace(ReadOnlySpan<byte> function, in InterpreterFrame frame, string name, out CodeFrame? named)
    {
        named = null;
        ReadOnlySpan<byte> place = function[(int)offsets.FileName..];
        uint first = BinaryPrimitives.ReadUInt32LittleEndian(place[8..]);
        uint last = BinaryPrimitives.ReadUInt32LittleEndian(place[12..]);
        if (!PhpText.TryRead(memory, BinaryPrimitives.ReadUInt64LittleEndian(place), out string file))
            return false;

        uint line = (uint)frame.Detail;
        // The line was copied for user functions only; evaluated code has another type.
        if (line == 0 && (!memory.TryRead(unchecked(frame.Position + (ulong)PhpOffsets.Line), out line) || line < first || line > last))
            line = 0;
        // Other code has moved in where this function was. Main code does not always have its lines.
        if (line != 0 && last != 0 && (line < first || line > last))
            return false;
        named = new CodeFrame(name, file, line, FrameKind.Php);
        return true;
    }
}
