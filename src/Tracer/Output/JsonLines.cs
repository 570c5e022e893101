// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Tracer.Output;

/// <summary>One JSON object per line, with protobuf JSON names and every scalar present.</summary>
internal sealed class JsonLines(TextWriter output)
{
    private const string ObjectEnd = " }";

    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true));

    // The formatter leaves unset messages out; a reader of sockets shall find every key.
    private static readonly FieldDescriptor[] SocketMessages =
        [.. SocketRecord.Descriptor.Fields.InFieldNumberOrder()
            .Where(field => field.FieldType == FieldType.Message && !field.IsRepeated)];

    public void Write(SocketRecord socket) => output.WriteLine(Format(socket));

    public void Write(Transition transition)
    {
        Formatter.Format(transition, output);
        output.WriteLine();
    }

    public void Write(CloseWaitChange change)
    {
        string kind = Formatter.Format(new CloseWaitChange { Kind = change.Kind });
        output.WriteLine($"{Open(kind)}, \"socket\": {Format(change.Socket)}{ObjectEnd}");
    }

    /// <summary>Writes what is not an event: { "lost": { ... } }, { "heartbeat": { ... } } ...</summary>
    public void WriteNotice(string name, IMessage notice) =>
        output.WriteLine($"{{ \"{name}\": {Formatter.Format(notice)}{ObjectEnd}");

    public void Write(SocketGroup group, GroupKind kind)
    {
        var fields = new Struct
        {
            Fields =
            {
                ["group"] = Value.ForString(kind.ToString().ToLowerInvariant()),
                ["key"] = Value.ForString(group.Key),
                ["count"] = Value.ForNumber(group.Count),
                ["oldestAge"] = Value.ForString(DurationJson(group.Oldest)),
                ["oldestAgeIsLowerBound"] = Value.ForBool(group.OldestIsLowerBound),
                ["unreadBytes"] = Value.ForNumber(group.UnreadBytes),
            },
        };
        output.WriteLine(Formatter.Format(fields));
    }

    private static string DurationJson(TimeSpan age) => Formatter.Format(Duration.FromTimeSpan(age)).Trim('"');

    private static string Format(SocketRecord socket)
    {
        string json = Formatter.Format(socket);
        string[] missing = [.. SocketMessages.Where(field => field.Accessor.GetValue(socket) is null)
            .Select(field => $", \"{field.JsonName}\": null")];
        return missing.Length == 0 ? json : Open(json) + string.Concat(missing) + ObjectEnd;
    }

    private static string Open(string json) => json[..^ObjectEnd.Length];
}
