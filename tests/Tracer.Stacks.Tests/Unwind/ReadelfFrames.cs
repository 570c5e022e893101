// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Globalization;

namespace Tracer.Stacks.Tests.Unwind;

/// <summary>Reads what readelf --debug-dump=frames-interp prints, as a stream: node's is 30 MB.</summary>
internal static class ReadelfFrames
{
    internal static IEnumerable<ReadelfFunction> Read(string path)
    {
        using Process process = Process.Start(new ProcessStartInfo("readelf", ["--debug-dump=frames-interp,no-follow-links", "-W", path])
        {
            RedirectStandardOutput = true,
        })!;
        foreach (ReadelfFunction function in Parse(process.StandardOutput))
            yield return function;
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"readelf {path}: {process.ExitCode}");
    }

    private static IEnumerable<ReadelfFunction> Parse(TextReader lines)
    {
        var initialRules = new Dictionary<string, List<ReadelfRow>>();
        ReadelfFunction? current = null;
        List<ReadelfRow> rows = [];
        string[] columns = [];
        while (lines.ReadLine() is { } line)
        {
            // A register is "r9 (r9)".
            string[] cells = [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(cell => cell[0] != '(')];
            if (cells is ["LOC", ..])
                columns = cells;
            else if (cells is [_, _, _, "CIE", ..])
                initialRules[cells[0]] = rows = [];
            else if (cells is [_, _, _, "FDE", ..])
            {
                if (current is not null)
                    yield return current;
                current = FunctionOf(cells, initialRules, out rows);
            }
            else if (cells.Length == columns.Length && cells.Length > 0 && cells[0].Length == 16)
                Add(rows, columns, cells);
        }

        if (current is not null)
            yield return current;
    }

    // 00000018 0000000000000024 0000001c FDE cie=00000000 pc=0000000000026000..0000000000026360
    private static ReadelfFunction FunctionOf(string[] cells, Dictionary<string, List<ReadelfRow>> initialRules, out List<ReadelfRow> rows)
    {
        string[] range = cells[5]["pc=".Length..].Split("..");
        ulong start = Hex(range[0]);
        // readelf prints no row for a function that only has the rules of its CIE.
        rows = [.. initialRules[cells[4]["cie=".Length..]].Select(row => row with { Location = start })];
        return new ReadelfFunction(start, Hex(range[1]), rows);
    }

    private static void Add(List<ReadelfRow> rows, string[] columns, string[] cells)
    {
        int framePointer = Array.IndexOf(columns, "rbp");
        var row = new ReadelfRow(Hex(cells[0]), cells[1], framePointer < 0 ? "u" : cells[framePointer], cells[Array.IndexOf(columns, "ra")]);
        // Of several rows for one place the last one is in force.
        if (rows.Count > 0 && rows[^1].Location == row.Location)
            rows[^1] = row;
        else
            rows.Add(row);
    }

    private static ulong Hex(string text) => ulong.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
