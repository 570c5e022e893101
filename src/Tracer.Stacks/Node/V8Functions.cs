// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux;

namespace Tracer.Stacks.Node;

/// <summary>
/// Names a JavaScript function by its object, or by what all closures of one function share (SharedFunctionInfo). The latter should be taken at the
/// moment of the system call: it stays where it is, but a young closure moves at the next collection, and another may take its place.
/// </summary>
internal sealed class V8Functions(TargetProcess process, V8Metadata metadata)
{
    private const int MaxName = 512;
    private const int MaxPath = 2048;
    private const int MaxSource = 1024 * 1024;
    private const int MaxLocals = 256;

    // The kinds of functions: constructors of built-in classes and of the user's follow the plain one.
    private const int FunctionTypes = 32;
    private const int WordBytes = sizeof(ulong);

    private readonly V8Heap _heap = new(process, metadata);

    internal bool TryName(ulong tagged, out CodeFrame frame)
    {
        frame = default;
        int type = _heap.TypeOf(tagged);
        if (type >= metadata.FunctionType && type < metadata.FunctionType + FunctionTypes)
        {
            if (!_heap.TryRead(tagged, metadata.FunctionShared, out tagged))
                return false;
            type = _heap.TypeOf(tagged);
        }

        if (type != metadata.SharedType || !TryNameOf(tagged, out string name, out int position))
            return false;
        string file = "";
        uint line = 0;
        if (_heap.TryRead(tagged, metadata.SharedScript, out ulong script) && _heap.TypeOf(script) == metadata.ScriptType)
        {
            if (_heap.TryRead(script, metadata.ScriptName, out ulong path))
                file = _heap.ReadString(path, MaxPath) ?? "";
            line = LineOf(script, position);
        }

        frame = new CodeFrame(name.Length == 0 ? ScriptName.Anonymous : ControlText.Sanitize(name), ControlText.Sanitize(file), line, FrameKind.JavaScript);
        return true;
    }

    // The name itself for built-in functions, otherwise the description of the function's scope, which has it too.
    private bool TryNameOf(ulong shared, out string name, out int position)
    {
        name = "";
        position = -1;
        if (!_heap.TryRead(shared, metadata.SharedName, out ulong text))
            return false;
        if (V8Heap.IsSmi(text))
            return true;
        if (_heap.IsString(text))
            return (name = _heap.ReadString(text, MaxName) ?? "").Length > 0;
        return _heap.TypeOf(text) == metadata.ScopeInfoType && TryNameInScope(text, out name, out position);
    }

    // Words: ..., count of locals, (start, end,) names of the locals, as many numbers about them, the name and a number, the name that V8 concluded
    // from the function's place, (start, end,) other objects. Start and end in the source went from the second place to the first after V8 11.
    private bool TryNameInScope(ulong scope, out string name, out int position)
    {
        name = "";
        position = -1;
        if (!_heap.TryRead(scope, WordBytes * (metadata.ScopeLocals + 1), out ulong count) || !V8Heap.IsSmi(count)
            || V8Heap.SmiValue(count) is not (>= 0 and <= MaxLocals and var locals))
            return false;
        int slot = metadata.ScopeFirst;
        const int mostNumbers = 3;
        for (int numbers = 0; numbers < mostNumbers && IsNumber(scope, slot, out int number); numbers++, slot++)
            position = position < 0 ? number : position;
        for (int last = slot + locals; slot < last; slot++)
        {
            // More than some tens of locals are kept elsewhere.
            if (!TrySlot(scope, slot, out ulong local) || !_heap.IsString(local))
                return false;
        }

        for (int last = slot + locals; slot < last; slot++)
        {
            if (!IsNumber(scope, slot, out _))
                return false;
        }

        ReadEnd(scope, slot, ref name, ref position);
        return true;
    }

    private void ReadEnd(ulong scope, int slot, ref string name, ref int position)
    {
        const int most = 6;
        int numbers = 0;
        int before = -1;
        for (int last = slot + most; slot < last && TrySlot(scope, slot, out ulong word); slot++)
        {
            if (V8Heap.IsSmi(word))
            {
                // Two numbers in a row, or the last two of three.
                numbers++;
                if (numbers >= 2 && position < 0)
                    (position, before) = (IsNumber(scope, slot + 1, out _) ? -1 : before, V8Heap.SmiValue(word));
                else
                    before = V8Heap.SmiValue(word);
                continue;
            }

            if (numbers >= 2)
                return;
            numbers = 0;
            if (name.Length == 0 && _heap.IsString(word))
                name = _heap.ReadString(word, MaxName) ?? "";
        }
    }

    private bool TrySlot(ulong scope, int slot, out ulong word) => _heap.TryRead(scope, WordBytes * (slot + 1), out word);

    private bool IsNumber(ulong scope, int slot, out int number)
    {
        bool isRead = TrySlot(scope, slot, out ulong word);
        number = V8Heap.SmiValue(word);
        return isRead && V8Heap.IsSmi(word);
    }

    // 0 when the source lies outside of the heap, as that of Node.js's own modules does.
    private uint LineOf(ulong script, int position)
    {
        if (position is < 0 or > MaxSource || !_heap.TryRead(script, metadata.ScriptSource, out ulong source)
            || _heap.ReadString(source, position) is not { } before || before.Length < position)
            return 0;
        return (uint)before.AsSpan().Count('\n') + 1;
    }
}
