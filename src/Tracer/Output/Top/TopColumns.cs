// SPDX-License-Identifier: Apache-2.0
using System.Text;

namespace Tracer.Output.Top;

/// <summary>Cells in columns of fixed width, the last one as wide as the screen has room for.</summary>
internal static class TopColumns
{
    /// <summary>Negative: aligned to the right.</summary>
    public static string Line(int width, ReadOnlySpan<int> widths, params ReadOnlySpan<string> cells)
    {
        var line = new StringBuilder(width);
        for (int i = 0; i < cells.Length; i++)
        {
            int left = width - line.Length - (i == 0 ? 0 : 1);
            if (left <= 0)
                break;
            if (i > 0)
                line.Append(' ');
            bool isLast = i == cells.Length - 1;
            int room = isLast ? left : Math.Min(Math.Abs(widths[i]), left);
            string cell = TargetText.Cut(cells[i], room);
            line.Append(widths[i] < 0 ? cell.PadLeft(room) : isLast ? cell : cell.PadRight(room));
        }
        return line.ToString();
    }
}
