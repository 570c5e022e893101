// SPDX-License-Identifier: Apache-2.0
using System.Text.RegularExpressions;
using Tracer.Harness;
using Xunit;

namespace Tracer.Incidents.Stage;

/// <summary>
/// The captured output in docs/incidents. A capture lies between two markers in its incident's file; with CLOSEWAIT_UPDATE_GOLDEN=1 it is written, else
/// compared with what varies masked: numbers, except lines of our own sources and the seconds of a plateau.
/// </summary>
internal static partial class Capture
{
    private const string FolderName = "/srv/incident";

    /// <summary>Compares or writes one capture.</summary>
    /// <param name="document">File in docs/incidents.</param>
    /// <param name="name">Of the markers: "daemon" or "bare".</param>
    public static void Check(string document, string name, Incident incident, Answer answer)
    {
        string path = Path.Combine(Repository.Root, "docs", "incidents", document);
        string page = File.ReadAllText(path);
        (int begin, int end) = SectionOf(page, name);
        string captured = $"```\n$ {Why.CommandFor(incident)}\n{Relocate(answer.Text, incident).TrimEnd()}\n```\n";
        if (Environment.GetEnvironmentVariable("CLOSEWAIT_UPDATE_GOLDEN") == "1")
            File.WriteAllText(path, page[..begin] + captured + page[end..]);
        else if (Mask(captured) != Mask(page[begin..end]))
            Assert.Fail($"docs/incidents/{document} is not what `closewait why` prints now ({name}); CLOSEWAIT_UPDATE_GOLDEN=1 writes it. Printed, masked:\n{Mask(captured)}\nDocumented, masked:\n{Mask(page[begin..end])}\nPrinted:\n{captured}");
    }

    /// <summary>What must be the same in every run, one sentence or column per line.</summary>
    public static string Mask(string text) => Blanks().Replace(Varying().Replace(text, match => match.Groups["kept"].Success ? match.Value : "#"), "\n");

    // Programs run in the folder of the incident; compiled ones remember where their source lies.
    private static string Relocate(string text, Incident incident) =>
        SourceFolder().Replace(text.Replace(incident.Folder, FolderName, StringComparison.Ordinal), FolderName + "/");

    private static (int Begin, int End) SectionOf(string page, string name)
    {
        string open = $"<!-- {name} -->\n";
        string close = $"<!-- /{name} -->";
        int begin = page.IndexOf(open, StringComparison.Ordinal);
        int end = page.IndexOf(close, StringComparison.Ordinal);
        Assert.True(begin >= 0 && end > begin, $"no markers <!-- {name} --> and <!-- /{name} --> in\n{page}");
        return (begin + open.Length, end);
    }

    [GeneratedRegex(@"/\S*/tests/Tracer\.Incidents/Targets/\w+/")]
    private static partial Regex SourceFolder();

    // A line of one of our own sources is kept, as is a plateau; then ids, clocks, and numbers with their unit.
    [GeneratedRegex(@"(?<kept>[\w.-]+\.(?:php|go|py|java|cpp):\d+|\d+\.\d s \+- )|\b[0-9a-f]{16}\b|(?:>=|~)?[+-]?\d[\d,.:]*(?:/\d+)?(?:\s?(?:ns|us|ms|s|min|m|h|d|B|KiB|MiB|%)\b)?")]
    private static partial Regex Varying();

    // A number of another length moves the end of a line, and the width of a column.
    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
