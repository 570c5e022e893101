// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Unwind;

/// <summary>Collects rows in address order; of equal neighbours only the first is kept.</summary>
internal sealed class UnwindRowList
{
    /// <summary>Bound of one file: 16 MiB. libLLVM has 950 thousand.</summary>
    internal const int MaxRows = 2_000_000;

    private readonly List<UnwindRow> _rows = [];
    private uint _end;

    internal bool IsFull { get; private set; }

    /// <summary>File offset behind the last function.</summary>
    internal uint End => _end;

    internal int Unsupported { get; private set; }

    /// <summary>Begins the rows of a function, which lies behind all before it.</summary>
    internal void Begin(in FunctionFrameEntry function)
    {
        if (function.FileOffset != _end)
            EndRange();
        _end = function.FileEnd;
    }

    internal void Add(in UnwindRow row)
    {
        if (_rows.Count > 0 && _rows[^1] with { Offset = row.Offset } == row)
            return;
        if (_rows.Count == MaxRows)
        {
            IsFull = true;
            return;
        }

        _rows.Add(row);
        if (row.Kind == UnwindRowKind.Unsupported)
            Unsupported++;
    }

    internal UnwindRow[] ToArray()
    {
        EndRange();
        return [.. _rows];
    }

    // Nothing is known about the code from here on: a frame-pointer step.
    private void EndRange()
    {
        if (_rows.Count > 0)
            Add(new UnwindRow(_end, UnwindRowKind.None, 0, 0));
    }
}
