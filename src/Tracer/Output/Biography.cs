// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Google.Protobuf.WellKnownTypes;

namespace Tracer.Output;

/// <summary>The life of one socket as a time line, then why it is judged so and what to do.</summary>
internal sealed class Biography
{
    private const int OffsetWidth = 9;
    private const string Gap = "  ";

    private readonly TextWriter _output;
    private readonly OutputStyle _style;
    private readonly int _frameLimit;
    private readonly LabelledText _text;
    private readonly EvidenceRows _evidence;

    public Biography(TextWriter output, OutputStyle style, int frameLimit)
    {
        _output = output;
        _style = style;
        _frameLimit = frameLimit;
        _text = new LabelledText(output, style);
        _evidence = new EvidenceRows(_text);
    }

    /// <param name="explanation">The socket.</param>
    /// <param name="next">The one that is told after it; null: it is the last. What is to be done about both is told once.</param>
    public void Write(ExplainSocketResponse explanation, ExplainSocketResponse? next)
    {
        SocketRecord socket = explanation.Socket;
        _text.WriteParagraph($"{SocketText.Connection(socket)}  cookie {SocketText.Cookie(socket.Cookie)}, netns {socket.Netns}", _style.Palette.Heading);
        string finding = explanation.FindingId.Length == 0 ? ", in no finding: too young, or harmless" : "";
        string before = socket.PreviousVerdict == Verdict.Unspecified ? "" : $"; before: {WireNames.Of(socket.PreviousVerdict)}";
        _text.Write("verdict", $"{VerdictText.Describe(socket.Verdict)}{finding}{before}", hang: 2);
        WriteTimeLine(BiographyMoments.Of(socket));
        _evidence.WriteWhy(explanation.Evidence);
        _text.Write("now", ThreadRows.Describe(explanation.Threads), hang: 2);
        if (next is null || next.HarmlessWhen != explanation.HarmlessWhen || !next.Advice.Equals(explanation.Advice))
            _evidence.WriteAdvice(explanation.Advice, explanation.HarmlessWhen);
    }

    private void WriteTimeLine(List<BiographyMoment> moments)
    {
        // What happened to the listener before may have been hours ago.
        Timestamp? origin = moments.Find(moment => moment.Time is not null && !moment.IsOfListener)?.Time;
        Timestamp? end = moments.FindLast(moment => moment.Time is not null)?.Time;
        bool isLong = origin is not null && end is not null && _style.Date(origin)[..10] != _style.Date(end)[..10];
        int timeWidth = isLong ? 21 : 14;
        string indent = new(' ', Gap.Length + timeWidth + Gap.Length + OffsetWidth + Gap.Length);
        foreach (BiographyMoment moment in moments)
        {
            string time = (moment.IsLatest ? "<=" : "") + Clock(moment.Time, isLong);
            string start = $"{Gap}{time.PadLeft(timeWidth)}{Gap}{Offset(moment, origin).PadLeft(OffsetWidth)}{Gap}";
            foreach (string line in TextWrap.Lines(moment.Text, Math.Max(_style.Width - indent.Length, 30), hang: 2))
            {
                _output.WriteLine(start + line);
                start = indent;
            }
            if (moment.Actor is { } actor)
                StackText.Write(_output, actor, indent + "    ", _frameLimit, _style.Palette);
        }
    }

    private string Clock(Timestamp? time, bool isLong)
    {
        if (time is null)
            return "?";
        return isLong ? _style.Date(time) : _style.Clock(time);
    }

    private static string Offset(BiographyMoment moment, Timestamp? origin)
    {
        if (moment.Time is null || origin is null || moment.Time.Equals(origin))
            return "";
        TimeSpan offset = (moment.Time - origin).ToTimeSpan();
        return (offset < TimeSpan.Zero ? "-" : "+") + AgeText.Format(offset.Duration());
    }
}
