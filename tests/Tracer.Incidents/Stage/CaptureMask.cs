// SPDX-License-Identifier: Apache-2.0
using System.Text.RegularExpressions;
using Tracer.Harness;

namespace Tracer.Incidents.Stage;

/// <summary>
/// Takes out of an answer what differs from run to run: numbers with their units (but not the lines of our own sources), where lines are broken, what is
/// said of the rest of the host, and what the incident itself says may vary.
/// </summary>
internal sealed partial class CaptureMask(Incident incident)
{
    private const string FolderName = "/srv/incident";

    private const string HostName = "web1";

    private static readonly HashSet<string> OwnSources =
        [.. Directory.EnumerateFiles(Path.Combine(Repository.Sources, "Targets"), "*", SearchOption.AllDirectories).Select(path => Path.GetFileName(path))];

    /// <summary>
    /// As on a host of its own: programs run in the folder of the incident, and compiled ones remember where their sources lie; both are one folder for a reader.
    /// </summary>
    public string Relocate(string text)
    {
        text = SourceFolder().Replace(text.Replace(incident.Folder, FolderName, StringComparison.Ordinal), FolderName + "/");
        return Regex.Replace(text, $@"\b{Regex.Escape(Environment.MachineName)}\b", HostName);
    }

    /// <summary>What must be the same in every run.</summary>
    public string Apply(string text)
    {
        text = Blanks().Replace(RestOfHost().Replace(text, ""), " ");
        foreach (string pattern in incident.Varying)
            text = Regex.Replace(text, pattern, "#");
        text = Number().Replace(text, match => match.Groups["file"].Success && OwnSources.Contains(match.Groups["file"].Value) ? match.Value : "#");
        return Masks().Replace(text, "#");
    }

    [GeneratedRegex(@"/\S*/tests/Tracer\.Incidents/Targets/\w+/")]
    private static partial Regex SourceFolder();

    // From the row "host" on.
    [GeneratedRegex(@"^  host  .*", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex RestOfHost();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    // A line of a source; an id; a number with what belongs to it: a sign, another number, a unit.
    [GeneratedRegex(@"\b(?<file>[\w-]+\.[a-z]{1,4}):\d+|\b[0-9a-f]{16}\b|[~<>=+-]*\d[\d.,:/-]*(?:\s?(?:ns|us|ms|s|min|m|h|d|%|B|KiB|MiB)\b|%)?(?:\d+(?:ms|s|m|h|d))*")]
    private static partial Regex Number();

    [GeneratedRegex(@"#(?:\s?#)+")]
    private static partial Regex Masks();
}
