// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Output.Top;

/// <summary>Which row of a list is chosen, and which part of the list fits the screen.</summary>
internal sealed class RowCursor
{
    public int Selected { get; private set; }

    /// <summary>First row shown.</summary>
    public int Top { get; private set; }

    /// <summary>True when the key moved the cursor, or would have.</summary>
    public bool Handle(ConsoleKeyInfo key, int page)
    {
        int? step = key switch
        {
            { Key: ConsoleKey.UpArrow } or { KeyChar: 'k' } => -1,
            { Key: ConsoleKey.DownArrow } or { KeyChar: 'j' } => 1,
            { Key: ConsoleKey.PageUp } => -page,
            { Key: ConsoleKey.PageDown } => page,
            { Key: ConsoleKey.Home } or { KeyChar: 'g' } => -Selected,
            { Key: ConsoleKey.End } or { KeyChar: 'G' } => int.MaxValue - Selected,
            _ => null,
        };
        if (step is { } by)
            Selected = Math.Max(0, Selected + by);
        return step is not null;
    }

    public void MoveTo(int row) => Selected = Math.Max(0, row);

    /// <summary>Keeps the chosen row in the list and on the screen.</summary>
    public void Fit(int rows, int page)
    {
        Selected = Math.Clamp(Selected, 0, Math.Max(0, rows - 1));
        Top = Math.Clamp(Top, Math.Max(0, Selected - page + 1), Selected);
        Top = Math.Min(Top, Math.Max(0, rows - page));
    }
}
