// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;

namespace Tracer.Stacks.Python;

/// <summary>Reads code objects and keeps them.</summary>
internal sealed class PythonCodeReader(ITargetMemory memory, PythonOffsets offsets)
{
    private const int MaxKept = 8192;
    private const long MaxKeptBytes = 8 * 1024 * 1024;
    private const int MaxLineTable = 256 * 1024;
    private const string CodeType = "code";
    private const string NoneType = "NoneType";

    // Of the code that the interpreter makes for itself since 3.12, such as that of the frames between C and Python (_Py_MakeShimCode).
    private const string ShimFile = "<shim>";

    private readonly PythonObjects _objects = new(memory, offsets);
    private readonly BoundedCache<ulong, PythonCode> _kept = new(MaxKeptBytes, MaxKept);
    private readonly byte[] _head = new byte[HeadBytes(offsets)];

    /// <summary>Names a place in a code object.</summary>
    /// <param name="named">Null: the frame is the interpreter's own.</param>
    /// <returns>False when there is no code object there, or the position is not in it.</returns>
    internal bool TryName(ulong address, ulong position, out CodeFrame? named)
    {
        named = null;
        string type = _objects.TypeOf(address);
        // Since 3.13 the frame between C and Python executes None.
        if (type == NoneType)
            return true;
        if (type != CodeType || !TryReadKey(address, out PythonCodeKey key) || !TryFind(address, key, out PythonCode? code))
            return false;
        if (code!.File == ShimFile)
            return true;
        if (!TryFindLine(address, position, code, out uint line))
            return false;
        named = new CodeFrame(code.Function, code.File, line, FrameKind.Python);
        return true;
    }

    private bool TryFind(ulong address, in PythonCodeKey key, out PythonCode? code)
    {
        if (_kept.TryGet(address, out code) && code.Key == key)
            return true;
        // A name may be read while it is gone, never while it is another: what is read belongs to the pointers just seen.
        if (!_objects.TryReadText(key.FullName, out string function) || !_objects.TryReadText(key.File, out string file))
            return false;
        code = new PythonCode(key, function, file, _objects.TryReadBytes(key.Lines, MaxLineTable, out byte[] lines) ? lines : null);
        _kept.Set(address, code, code.MemoryBytes);
        return true;
    }

    private bool TryFindLine(ulong address, ulong position, PythonCode code, out uint line)
    {
        line = 0;
        if (code.Lines is null)
            return true;
        long offset = offsets.PositionBytes == sizeof(uint)
            ? (long)(int)(uint)position * offsets.PositionUnit
            : unchecked((long)(position - address - (ulong)offsets.CodeInstructions));
        // One instruction before the first: the function has not begun.
        return offset is >= -2 and <= int.MaxValue
            && PythonLines.TryFind(offsets.LineFormat, code.Lines, code.Key.FirstLine, (int)offset, out line);
    }

    private bool TryReadKey(ulong address, out PythonCodeKey key)
    {
        key = default;
        if (!memory.TryRead(address, _head))
            return false;
        key = new PythonCodeKey(
            Pointer(offsets.CodeFullName), Pointer(offsets.CodeName), Pointer(offsets.CodeFile), Pointer(offsets.CodeLines),
            BinaryPrimitives.ReadInt32LittleEndian(_head.AsSpan(offsets.CodeFirstLine)));
        return true;
    }

    private ulong Pointer(int offset) => BinaryPrimitives.ReadUInt64LittleEndian(_head.AsSpan(offset));

    private static int HeadBytes(PythonOffsets offsets) => sizeof(ulong) + Math.Max(
        Math.Max(offsets.CodeFullName, offsets.CodeName), Math.Max(offsets.CodeFirstLine, Math.Max(offsets.CodeFile, offsets.CodeLines)));
}
