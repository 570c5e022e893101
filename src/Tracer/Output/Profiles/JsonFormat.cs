// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Tracer.Output.Profiles;

/// <summary>One JSON object per line: a stack with protobuf JSON names, innermost frame first, and how many sockets of which process have it.</summary>
internal sealed class JsonFormat : IProfileFormat
{
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true));

    public bool IsBinary => false;

    public void Write(StackProfile profile, ProfileView view, Stream output)
    {
        string[] frames = [.. profile.Frames.Select(frame => Formatter.Format(frame))];
        using var writer = new StreamWriter(output, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        foreach ((ProfileSample sample, long sockets) in profile.Samples)
        {
            string stack = string.Join(", ", profile.PathOf(sample.Stack).Select(id => frames[id]));
            string line = string.Create(
                CultureInfo.InvariantCulture,
                $$"""{ "slot": "{{StackSlots.NameOf(sample.Slot)}}", "comm": {{Text(sample.Process)}}, "pid": {{sample.Pid}}, "sockets": {{sockets}}, "stack": [ {{stack}} ] }""");
            writer.WriteLine(TargetText.EscapeJson(line));
        }
    }

    private static string Text(string text) => Formatter.Format(Value.ForString(text));
}
