// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Output;

/// <summary>Breaks text at its spaces. A word that is longer than the line is left whole: it may be copied.</summary>
internal static class TextWrap
{
    /// <summary>A space where no line may break.</summary>
    public const char Joint = '\u00a0';

    /// <summary>At least one line. All lines but the first are indented by <paramref name="hang"/> columns, within the width.</summary>
    public static IEnumerable<string> Lines(string text, int width, int hang = 0)
    {
        string indent = "";
        int start = 0;
        while (text.Length - start > width - indent.Length)
        {
            int end = FindBreak(text, start, Math.Max(1, width - indent.Length));
            if (end < 0)
                break;
            yield return indent + Part(text[start..end]);
            start = end;
            while (start < text.Length && text[start] == ' ')
                start++;
            indent = new string(' ', hang);
        }
        if (start == 0 || start < text.Length)
            yield return indent + Part(text[start..]);
    }

    private static string Part(string text) => text.TrimEnd(' ').Replace(Joint, ' ');

    // The last space that the line has room for, else the first one after it. Leading spaces belong to the line.
    private static int FindBreak(string text, int start, int room)
    {
        int word = start;
        while (word < text.Length && text[word] == ' ')
            word++;
        int last = Math.Min(start + room, text.Length - 1);
        int space = last > word ? text.LastIndexOf(' ', last, last - word + 1) : -1;
        return space >= 0 ? space : text.IndexOf(' ', Math.Min(Math.Max(word, last), text.Length));
    }
}
