// SPDX-License-Identifier: Apache-2.0
using System.Text;

namespace Tracer.Output;

/// <summary>A table whose columns are as wide as their widest cell; the last column is never padded.</summary>
internal sealed class TextTable(IReadOnlyList<TextColumn> columns)
{
    private const string Gap = "  ";

    private readonly List<string[]> _rows = [];

    public int RowCount => _rows.Count;

    public void Add(params string[] cells) => _rows.Add(cells);

    /// <summary>Writes the table; <paramref name="afterRow"/> may add lines below a row.</summary>
    public void Write(TextWriter output, Palette palette, bool headers, Action<int>? afterRow = null)
    {
        int[] widths = MeasureColumns(headers);
        if (headers)
            output.WriteLine(palette.Heading(Line([.. columns.Select(column => column.Title)], widths)));
        for (int row = 0; row < _rows.Count; row++)
        {
            output.WriteLine(Line(_rows[row], widths));
            afterRow?.Invoke(row);
        }
    }

    private int[] MeasureColumns(bool headers)
    {
        var widths = new int[columns.Count];
        for (int i = 0; i < widths.Length; i++)
        {
            widths[i] = headers ? columns[i].Title.Length : 0;
            foreach (string[] row in _rows)
                widths[i] = Math.Max(widths[i], row[i].Length);
        }
        return widths;
    }

    private string Line(string[] cells, int[] widths)
    {
        var line = new StringBuilder();
        for (int i = 0; i < cells.Length; i++)
        {
            if (i > 0)
                line.Append(Gap);
            if (columns[i].AlignRight)
                line.Append(cells[i].PadLeft(widths[i]));
            else
                line.Append(i == cells.Length - 1 ? cells[i] : cells[i].PadRight(widths[i]));
        }
        return line.ToString();
    }
}
