// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Merging;

/// <summary>One line of a rule file; its form is described in default-frame-rules.txt.</summary>
internal sealed class UserFrameRule
{
    private const int MaxPatternLength = 1024;

    private static readonly (string Prefix, FrameSubject Subject)[] Subjects =
        [("function:", FrameSubject.Function), ("module:", FrameSubject.ModuleName), ("file:", FrameSubject.File)];

    private readonly FrameSubject _subject;
    private readonly FramePattern _pattern;
    private readonly uint _kinds; // a bit per FrameKind

    private UserFrameRule(FrameRole role, FrameSubject subject, string pattern, uint kinds)
    {
        Role = role;
        _subject = subject;
        _pattern = new FramePattern(pattern);
        _kinds = kinds;
    }

    public FrameRole Role { get; }

    public bool Concerns(FrameKind kind) => (_kinds & BitOf(kind)) != 0;

    public bool Matches(in ResolvedFrame frame) => _pattern.Matches(_subject switch
    {
        FrameSubject.Function => frame.Function,
        FrameSubject.ModuleName => frame.Module.AsSpan(frame.Module.LastIndexOf('/') + 1),
        FrameSubject.ModulePath => frame.Module,
        _ => frame.File,
    });

    /// <summary>Null, with a reason, when the line is no rule.</summary>
    public static UserFrameRule? Parse(string line, out string problem)
    {
        problem = "";
        string[] words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        FrameRole? role = line[0] switch
        {
            '+' => FrameRole.Own,
            '~' => FrameRole.ThirdParty,
            '-' => FrameRole.Library,
            _ => null,
        };
        string pattern = words[0][1..];
        FrameSubject subject = TakeSubject(ref pattern);
        uint kinds = 0;
        if (role is null)
            problem = "does not begin with +, ~ or -";
        else if (pattern.Length is 0 or > MaxPatternLength)
            problem = pattern.Length == 0 ? "has no pattern" : "has a pattern that is too long";
        else if (!TryReadKinds(words.AsSpan(1), out kinds, out string unknown))
            problem = $"names a kind that does not exist: {unknown}";
        return problem.Length > 0 ? null : new UserFrameRule(role!.Value, subject, pattern, kinds);
    }

    private static FrameSubject TakeSubject(ref string pattern)
    {
        FrameSubject subject = pattern.Contains('/') ? FrameSubject.File : FrameSubject.Function;
        foreach ((string prefix, FrameSubject named) in Subjects)
        {
            if (!pattern.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            pattern = pattern[prefix.Length..];
            subject = named;
            break;
        }

        return subject == FrameSubject.ModuleName && pattern.Contains('/') ? FrameSubject.ModulePath : subject;
    }

    private static bool TryReadKinds(ReadOnlySpan<string> words, out uint kinds, out string unknown)
    {
        kinds = words.Length == 0 ? uint.MaxValue : 0;
        unknown = "";
        foreach (string word in words)
        {
            if (char.IsAsciiDigit(word[0]) || !Enum.TryParse(word, ignoreCase: true, out FrameKind kind) || !Enum.IsDefined(kind))
            {
                unknown = word;
                return false;
            }

            kinds |= BitOf(kind);
        }

        return true;
    }

    // What nothing is known of is taken for what most such code is.
    private static uint BitOf(FrameKind kind) => 1u << (int)(kind == FrameKind.Unknown ? FrameKind.Native : kind);
}
