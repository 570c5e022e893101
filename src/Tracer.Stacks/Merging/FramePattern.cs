// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Merging;

/// <summary>The beginning of a text, with * for any text in between; with $ at the end, the whole text.</summary>
internal sealed class FramePattern
{
    private const string Absent = "(none)";

    private readonly string[] _parts;
    private readonly bool _wantsAbsence;
    private readonly bool _isWhole;

    public FramePattern(string pattern)
    {
        _wantsAbsence = pattern == Absent;
        _isWhole = pattern.EndsWith('$');
        _parts = (_isWhole ? pattern[..^1] : pattern).Split('*');
    }

    public bool Matches(ReadOnlySpan<char> text)
    {
        if (_wantsAbsence || text.IsEmpty)
            return _wantsAbsence && text.IsEmpty;
        if (!text.StartsWith(_parts[0], StringComparison.Ordinal))
            return false;
        if (_parts.Length == 1)
            return !_isWhole || text.Length == _parts[0].Length;
        return MatchesRest(text[_parts[0].Length..]);
    }

    private bool MatchesRest(ReadOnlySpan<char> text)
    {
        // The first place where a part fits is as good as any later one; only the last part may have to be at the end.
        ReadOnlySpan<string> middle = _parts.AsSpan(1, _parts.Length - (_isWhole ? 2 : 1));
        foreach (string part in middle)
        {
            int at = text.IndexOf(part, StringComparison.Ordinal);
            if (at < 0)
                return false;
            text = text[(at + part.Length)..];
        }

        return !_isWhole || text.EndsWith(_parts[^1], StringComparison.Ordinal);
    }
}
