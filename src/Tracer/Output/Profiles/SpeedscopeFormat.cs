// SPDX-License-Identifier: Apache-2.0
using System.Text.Json;
using CloseWait.V1;

namespace Tracer.Output.Profiles;

/// <summary>The JSON file format of speedscope, version 0.0.1: one sampled profile.</summary>
internal sealed class SpeedscopeFormat : IProfileFormat
{
    private const string Schema = "https://www.speedscope.app/file-format-schema.json";

    public bool IsBinary => false;

    public void Write(StackProfile profile, ProfileView view, Stream output)
    {
        var roots = new OrderedDictionary<string, int>(StringComparer.Ordinal);
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("$schema", Schema);
        json.WriteString("name", "sockets in CLOSE_WAIT");
        json.WriteString("exporter", "closewait");
        json.WriteNumber("activeProfileIndex", 0);
        json.WriteStartArray("profiles");
        WriteProfile(json, profile, view, roots);
        json.WriteEndArray();
        json.WriteStartObject("shared");
        json.WriteStartArray("frames");
        foreach (Frame frame in profile.Frames)
            WriteFrame(json, frame);
        foreach (string root in roots.Keys)
            WriteName(json, root);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteProfile(Utf8JsonWriter json, StackProfile profile, ProfileView view, OrderedDictionary<string, int> roots)
    {
        json.WriteStartObject();
        json.WriteString("type", "sampled");
        json.WriteString("name", "sockets in CLOSE_WAIT");
        json.WriteString("unit", "none");
        json.WriteNumber("startValue", 0);
        json.WriteNumber("endValue", profile.Samples.Sum(sample => sample.Value));
        json.WriteStartArray("samples");
        foreach ((ProfileSample sample, _) in profile.Samples)
        {
            json.WriteStartArray();
            foreach (string root in view.RootsOf(sample))
            {
                roots.TryAdd(root, profile.Frames.Count + roots.Count);
                json.WriteNumberValue(roots[root]);
            }
            foreach (int frame in profile.PathOf(sample.Stack).AsEnumerable().Reverse())
                json.WriteNumberValue(frame);
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteStartArray("weights");
        foreach ((_, long sockets) in profile.Samples)
            json.WriteNumberValue(sockets);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteFrame(Utf8JsonWriter json, Frame frame)
    {
        json.WriteStartObject();
        json.WriteString("name", StackText.ShortPlace(frame));
        // Without a source file, the module is where a reader looks.
        string file = frame.File.Length > 0 ? frame.File : frame.Module;
        if (file.Length > 0)
            json.WriteString("file", TargetText.Clean(file));
        if (frame.File.Length > 0 && frame.Line > 0)
            json.WriteNumber("line", frame.Line);
        json.WriteEndObject();
    }

    private static void WriteName(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteEndObject();
    }
}
