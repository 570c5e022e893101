// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.Unwind;

namespace Tracer.Stacks.Threads;

/// <summary>The rules that a runtime gives for the code it made.</summary>
internal sealed class GeneratedRules(GeneratedCode code) : ICodeRules
{
    private readonly UnwindTable _table = new(code.Rows, 0, 0);

    public bool TryFind(ulong address, out UnwindRow row, out bool isGuess)
    {
        bool isInside = address >= code.Base && address < code.End;
        row = isInside ? _table.Find((uint)(address - code.Base)) : default;
        isGuess = isInside && row.Kind == UnwindRowKind.None; // made after the rules were
        return isInside;
    }
}
