// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using ThreadState = CloseWait.V1.ThreadState;

namespace Tracer.Output;

/// <summary>One JSON object per line, with protobuf JSON names and every scalar present.</summary>
internal sealed class JsonLines(TextWriter output)
{
    private const string ObjectEnd = " }";

    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true));

    // The formatter leaves unset messages out; a reader shall find every key.
    private static readonly FieldDescriptor[] SocketMessages = MessageFields(SocketRecord.Descriptor);
    private static readonly FieldDescriptor[] TransitionMessages = MessageFields(Transition.Descriptor);
    private static readonly FieldDescriptor[] FindingMessages = MessageFields(Finding.Descriptor);
    private static readonly FieldDescriptor[] SummaryMessages = MessageFields(HostSummary.Descriptor);
    private static readonly FieldDescriptor[] ExplanationMessages = MessageFields(ExplainSocketResponse.Descriptor);

    public void Write(SocketRecord socket) => WriteLine(Format(socket, SocketMessages));

    public void Write(Transition transition) => WriteLine(Format(transition, TransitionMessages));

    public void Write(DumpedThread thread) => WriteLine(Formatter.Format(thread));

    public void Write(ThreadState thread) => WriteLine(Formatter.Format(thread));

    public void Write(CloseWaitChange change)
    {
        string kind = Formatter.Format(new CloseWaitChange { Kind = change.Kind });
        WriteLine($"{Open(kind)}, \"socket\": {Format(change.Socket, SocketMessages)}{ObjectEnd}");
    }

    public void Write(Finding finding) => WriteNamed("finding", Format(finding, FindingMessages));

    public void Write(HostSummary summary) => WriteNamed("summary", Format(summary, SummaryMessages));

    public void Write(ExplainSocketResponse explanation) => WriteNamed("explanation", Format(explanation, ExplanationMessages));

    /// <summary>Writes what is not an event: { "lost": { ... } }, { "heartbeat": { ... } } ...</summary>
    public void WriteNotice(string name, IMessage notice) => WriteNamed(name, Formatter.Format(notice));

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
        WriteLine(Formatter.Format(fields));
    }

    private static string DurationJson(TimeSpan age) => Formatter.Format(Duration.FromTimeSpan(age)).Trim('"');

    private static string Format(IMessage message, FieldDescriptor[] messageFields)
    {
        string json = Formatter.Format(message);
        string missing = string.Concat(messageFields.Where(field => field.Accessor.GetValue(message) is null)
            .Select(field => $", \"{field.JsonName}\": null"));
        return missing.Length == 0 ? json : Open(json) + missing + ObjectEnd;
    }

    private static FieldDescriptor[] MessageFields(MessageDescriptor message) =>
        [.. message.Fields.InFieldNumberOrder().Where(field => field.FieldType == FieldType.Message && !field.IsRepeated)];

    private static string Open(string json) => json[..^ObjectEnd.Length];

    private void WriteNamed(string name, string json) => WriteLine($"{{ \"{name}\": {json}{ObjectEnd}");

    private void WriteLine(string json) => output.WriteLine(TargetText.EscapeJson(json));
}
