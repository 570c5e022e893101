// SPDX-License-Identifier: Apache-2.0
using System.Text.Json;
using CloseWait.V1;
using Google.Protobuf;

namespace Tracer.Incidents.Stage;

/// <summary>What `closewait why --json` said, and how it would be read by a person.</summary>
internal sealed record Answer(IReadOnlyList<Finding> Findings, HostSummary Summary, string Json, string Text)
{
    public static Answer Parse(string json, string text)
    {
        List<Finding> findings = [];
        HostSummary? summary = null;
        foreach (string line in json.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonProperty item = document.RootElement.EnumerateObject().First();
            if (item.Name == "finding")
                findings.Add(JsonParser.Default.Parse<Finding>(item.Value.GetRawText()));
            else if (item.Name == "summary")
                summary = JsonParser.Default.Parse<HostSummary>(item.Value.GetRawText());
        }

        return new Answer(findings, summary ?? throw new InvalidOperationException("no summary in:\n" + json), json, text);
    }

    /// <summary>The findings that are about an incident: other programs of the machine may have some too.</summary>
    public Finding[] About(Incident incident) => [.. Findings.Where(finding => IsAbout(finding, incident))];

    private static bool IsAbout(Finding finding, Incident incident) =>
        finding.Examples.Any(socket => incident.Ports.Contains((int)socket.LocalPort) || incident.Ports.Contains((int)socket.RemotePort))
        || finding.Peers.Any(peer => incident.Ports.Contains((int)peer.Port))
        || (finding.Listener is { } listener && incident.Ports.Contains((int)listener.LocalPort));
}
