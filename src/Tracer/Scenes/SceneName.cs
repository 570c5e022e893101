// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text.RegularExpressions;

namespace Tracer.Scenes;

/// <summary>Names of scene files of one host: closewait-HOST-20261121T170000Z-close_wait-over-500.jsonl.gz.</summary>
internal sealed partial class SceneName(string host)
{
    private const string Suffix = ".jsonl.gz";
    private const string UnfinishedMark = ".";
    private const string UnfinishedSuffix = ".part";
    private const int LongestHost = 64; // HOST_NAME_MAX, limits.h
    private const int LongestReason = 80;

    private readonly string _prefix = $"closewait-{Sanitize(host, LongestHost)}-";

    /// <summary>A name that is not taken.</summary>
    public string Make(DateTimeOffset time, string reason, IReadOnlyCollection<string> taken)
    {
        string stem = $"{_prefix}{time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}-{Sanitize(reason, LongestReason)}";
        string name = stem + Suffix;
        for (int number = 2; taken.Contains(name); number++)
            name = $"{stem}-{number}{Suffix}";
        return name;
    }

    /// <summary>What it is called until it is complete.</summary>
    public static string Unfinished(string name) => UnfinishedMark + name + UnfinishedSuffix;

    /// <summary>A name that <see cref="Make"/> gave.</summary>
    public bool IsOurs(string name) =>
        name.StartsWith(_prefix, StringComparison.Ordinal) && TimeAndReason().IsMatch(name[_prefix.Length..]);

    /// <summary>The name of what somebody was killed over.</summary>
    public bool IsUnfinished(string name) =>
        name.Length > UnfinishedMark.Length + UnfinishedSuffix.Length
        && name.StartsWith(UnfinishedMark, StringComparison.Ordinal) && name.EndsWith(UnfinishedSuffix, StringComparison.Ordinal)
        && IsOurs(name[UnfinishedMark.Length..^UnfinishedSuffix.Length]);

    private static string Sanitize(string text, int limit)
    {
        string clean = Unusual().Replace(text, "_");
        return clean.Length == 0 ? "_" : clean[..Math.Min(clean.Length, limit)];
    }

    [GeneratedRegex(@"[^A-Za-z0-9._-]")]
    private static partial Regex Unusual();

    [GeneratedRegex(@"^\d{8}T\d{6}Z-[A-Za-z0-9._-]+\.jsonl\.gz\z", RegexOptions.CultureInvariant)]
    private static partial Regex TimeAndReason();
}
