// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Output;

/// <summary>Rows of a label on the left and text that is wrapped beside it.</summary>
internal sealed class LabelledText(TextWriter output, OutputStyle style)
{
    private const int LabelWidth = 9;
    private const int TextColumn = 2 + LabelWidth + 1;

    // Narrower than this, wrapping does more harm than a terminal that breaks lines itself.
    private const int LeastTextWidth = 30;

    private static readonly string TextIndent = new(' ', TextColumn);

    private int TextWidth => Math.Max(style.Width - TextColumn, LeastTextWidth);

    /// <summary>Lines after the first of one text are indented by <paramref name="hang"/> more columns. A row with an empty label goes on with the one above.</summary>
    public void Write(string label, string text, int hang = 0)
    {
        string start = "  " + style.Palette.Faint(label.PadRight(LabelWidth)) + " ";
        foreach (string line in TextWrap.Lines(text, TextWidth, hang))
        {
            output.WriteLine((start + line).TrimEnd());
            start = TextIndent;
        }
    }

    /// <summary>Several texts below one label.</summary>
    public void Write(string label, IEnumerable<string> texts, int hang = 0)
    {
        foreach (string text in texts)
        {
            Write(label, text, hang);
            label = "";
        }
    }

    /// <summary>A line below the last row that stands out.</summary>
    public void WriteNotable(string text, int hang = 0)
    {
        foreach (string line in TextWrap.Lines(text, TextWidth, hang))
            output.WriteLine(TextIndent + style.Palette.Heading(line));
    }

    /// <summary>A paragraph over the whole width.</summary>
    public void WriteParagraph(string text, Func<string, string> paint, int hang = 2)
    {
        foreach (string line in TextWrap.Lines(text, Math.Max(style.Width, LeastTextWidth), hang))
            output.WriteLine(paint(line));
    }

    public void WriteBlank() => output.WriteLine();
}
