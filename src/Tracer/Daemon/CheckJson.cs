// SPDX-License-Identifier: Apache-2.0
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tracer.Capture;
using Tracer.Linux;

namespace Tracer.Daemon;

/// <summary>The survey as one JSON object: every rung of every fact, with the kernel's own words.</summary>
internal static class CheckJson
{
    public static void Write(KernelFacts facts, IReadOnlyList<LadderReport> ladders, TextWriter output)
    {
        var words = new PlainWords(facts, ladders);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("kernelRelease", facts.Release);
            json.WriteNumber("possibleCpus", facts.PossibleCpuCount);
            json.WriteNumber("tickNs", facts.TickNs);
            json.WriteString("lockdown", facts.Lockdown.ToString().ToLowerInvariant());
            json.WriteBoolean("btf", facts.HasBtf);
            json.WriteString("summary", words.Summary());
            json.WriteStartArray("hooks");
            foreach (LadderReport ladder in ladders)
                WriteLadder(json, words, ladder);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        output.WriteLine(Encoding.UTF8.GetString(stream.ToArray()));
    }

    private static void WriteLadder(Utf8JsonWriter json, PlainWords words, LadderReport ladder)
    {
        json.WriteStartObject();
        json.WriteString("fact", ladder.Fact.Name);
        json.WriteString("what", ladder.Fact.Meaning);
        json.WriteString("rung", ladder.Hook.Rung);
        json.WriteStartArray("refused");
        foreach ((string rung, string reason) in ladder.Hook.Refused)
        {
            json.WriteStartObject();
            json.WriteString("rung", rung);
            json.WriteString("reason", reason);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteString("cost", ladder.Hook.Cost);
        json.WriteStartArray("rungs");
        foreach (RungOutcome outcome in ladder.Rungs)
            WriteRung(json, words, outcome);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteRung(Utf8JsonWriter json, PlainWords words, RungOutcome outcome)
    {
        KernelNeed? needs = outcome.Rung.Trial?.Needs;
        json.WriteStartObject();
        json.WriteString("rung", outcome.Rung.Name);
        json.WriteString("state", outcome.State.ToString().ToLowerInvariant());
        json.WriteString("reason", outcome.Reason);
        json.WriteString("why", words.Why(outcome));
        json.WriteString("cost", outcome.Rung.Cost);
        json.WriteString("since", needs?.Since.ToString() ?? ""); // empty: every kernel has it
        json.WriteStartArray("needs");
        foreach (string option in needs?.Options ?? [])
            json.WriteStringValue(option);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
