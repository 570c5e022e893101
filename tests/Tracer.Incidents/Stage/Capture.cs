// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;
using Xunit;

namespace Tracer.Incidents.Stage;

/// <summary>
/// The captured output in docs/incidents. A capture lies between two markers in its incident's file. With CLOSEWAIT_UPDATE_GOLDEN=1 it is written, else
/// compared: see <see cref="CaptureMask"/>.
/// </summary>
internal static class Capture
{
    /// <summary>Compares or writes one capture.</summary>
    /// <param name="document">File in docs/incidents.</param>
    /// <param name="name">Of the markers: "daemon" or "bare".</param>
    /// <param name="incident">What was asked about.</param>
    /// <param name="answer">What was said.</param>
    public static void Check(string document, string name, Incident incident, Answer answer) =>
        Check(document, name, incident, Why.CommandFor(incident), answer.Text);

    /// <summary>The same for another command.</summary>
    public static void Check(string document, string name, Incident incident, string command, string output)
    {
        string path = Path.Combine(Repository.Root, "docs", "incidents", document);
        string page = File.ReadAllText(path);
        (int begin, int end) = SectionOf(page, name);
        CaptureMask mask = new(incident);
        string captured = mask.Relocate($"```\n$ {command}\n{output.TrimEnd()}\n```\n");
        if (Environment.GetEnvironmentVariable("CLOSEWAIT_UPDATE_GOLDEN") == "1")
            File.WriteAllText(path, page[..begin] + captured + page[end..]);
        else
            AssertSame(mask.Apply(page[begin..end]), mask.Apply(captured), $"docs/incidents/{document}, {name}", captured);
    }

    private static void AssertSame(string documented, string printed, string where, string captured)
    {
        if (documented == printed)
            return;
        int at = documented.Zip(printed).TakeWhile(pair => pair.First == pair.Second).Count();
        Assert.Fail($"{where}: not what is printed now (CLOSEWAIT_UPDATE_GOLDEN=1 writes it).\ndocumented: ...{Around(documented, at)}\nprinted:    ...{Around(printed, at)}\nunmasked:\n{captured}");
    }

    private static string Around(string text, int at) => text[Math.Max(0, at - 60)..Math.Min(text.Length, at + 140)];

    private static (int Begin, int End) SectionOf(string page, string name)
    {
        string open = $"<!-- {name} -->\n";
        string close = $"<!-- /{name} -->";
        int begin = page.IndexOf(open, StringComparison.Ordinal);
        int end = page.IndexOf(close, StringComparison.Ordinal);
        Assert.True(begin >= 0 && end > begin, $"no markers <!-- {name} --> and <!-- /{name} --> in\n{page}");
        return (begin + open.Length, end);
    }
}
