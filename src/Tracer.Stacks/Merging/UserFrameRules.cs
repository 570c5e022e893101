// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Merging;

/// <summary>Tells the code of a program from that of its libraries and its runtime. Immutable.</summary>
public sealed class UserFrameRules
{
    private const string DefaultsName = "default-frame-rules.txt";
    private const int MaxRules = 4096;

    private static readonly Lazy<UserFrameRules> Standard = new(ReadDefaults);

    private readonly UserFrameRule[][] _byKind;
    private readonly UserFrameRule[] _all;

    private UserFrameRules(UserFrameRule[] all)
    {
        _all = all;
        UserFrameRule[] lastFirst = [.. all.Reverse()];
        _byKind = [.. Enum.GetValues<FrameKind>().Select(kind => lastFirst.Where(rule => rule.Concerns(kind)).ToArray())];
    }

    /// <summary>Those of default-frame-rules.txt.</summary>
    public static UserFrameRules Default => Standard.Value;

    /// <summary>These rules and then the ones of the text, which win.</summary>
    /// <param name="text">Lines in the form that default-frame-rules.txt describes.</param>
    /// <param name="problem">Which line is wrong and why; empty when none is.</param>
    /// <returns>Null when a line is wrong.</returns>
    public UserFrameRules? With(string text, out string problem)
    {
        var rules = new List<UserFrameRule>(_all);
        int number = 0;
        foreach (string line in text.Split('\n'))
        {
            number++;
            string trimmed = line.Trim();
            if (trimmed.Length == 0 || trimmed[0] == '#')
                continue;
            if (UserFrameRule.Parse(trimmed, out problem) is not { } rule)
            {
                problem = $"line {number} {problem}";
                return null;
            }

            rules.Add(rule);
        }

        problem = rules.Count > MaxRules ? $"more than {MaxRules} rules" : "";
        return problem.Length == 0 ? new UserFrameRules([.. rules]) : null;
    }

    /// <summary>The role that the last matching rule gives a frame; without one it is the program's own.</summary>
    public FrameRole RoleOf(in ResolvedFrame frame)
    {
        int kind = (int)frame.Kind;
        foreach (UserFrameRule rule in kind >= 0 && kind < _byKind.Length ? _byKind[kind] : _byKind[0])
        {
            if (rule.Matches(in frame))
                return rule.Role;
        }

        return FrameRole.Own;
    }

    /// <summary>
    /// Index of the line to show: the innermost own frame, else the innermost of a third party; among both, one with a name before one without.
    /// Null: none.
    /// </summary>
    public int? FindUserFrame(IReadOnlyList<ResolvedFrame> frames)
    {
        int? best = null;
        int bestRank = int.MaxValue;
        for (int i = 0; i < frames.Count; i++)
        {
            ResolvedFrame frame = frames[i];
            if (!IsPlace(in frame))
                continue;
            FrameRole role = RoleOf(in frame);
            int rank = (2 * (int)role) + (frame.Function.Length == 0 ? 1 : 0);
            if (role == FrameRole.Library || rank >= bestRank)
                continue;
            (best, bestRank) = (i, rank);
            if (rank == 0)
                break;
        }

        return best;
    }

    // A bare address says nothing to a reader.
    private static bool IsPlace(in ResolvedFrame frame) =>
        frame.Kind != FrameKind.Stub && (frame.Function.Length > 0 || frame.Module.Length > 0 || frame.File.Length > 0);

    private static UserFrameRules ReadDefaults()
    {
        using Stream stream = typeof(UserFrameRules).Assembly.GetManifestResourceStream(DefaultsName)!;
        using var reader = new StreamReader(stream);
        return new UserFrameRules([]).With(reader.ReadToEnd(), out string problem) ?? throw new InvalidDataException($"{DefaultsName}: {problem}");
    }
}
