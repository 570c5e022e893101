// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Tracer.Linux;

namespace Tracer.Stacks.Java;

/// <summary>Reads the text of a thread dump. Thread names are the program's choice and may look like anything.</summary>
internal static class ThreadDumpText
{
    private const int MaxThreads = 16384;
    private const int MaxFrames = 1024;
    private const int MaxText = 256;
    private const string StateMark = "java.lang.Thread.State: ";

    /// <summary>False when the machine reports an error, or what came is no answer.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> answer, out List<JavaThread> threads, out string error)
    {
        threads = [];
        int end = answer.IndexOf((byte)'\n');
        ReadOnlySpan<byte> status = end < 0 ? answer : answer[..end];
        ReadOnlySpan<byte> text = end < 0 ? [] : answer[(end + 1)..];
        error = status.SequenceEqual("0"u8) ? "" : ControlText.Sanitize(text[..Math.Min(text.Length, MaxText)]);
        if (!status.SequenceEqual("0"u8))
        {
            error = error.Length == 0 ? "no answer of a HotSpot" : error;
            return false;
        }

        List<CodeFrame>? frames = null;
        foreach (Range range in text.Split((byte)'\n'))
        {
            string line = ControlText.Sanitize(Cut(text[range]).Trim(" \t\r"u8));
            if (line.StartsWith('"') && TryParseHeader(line, out string name, out uint tid))
            {
                if (threads.Count >= MaxThreads)
                    return true;
                threads.Add(new JavaThread(name, tid, 0, "", frames = []));
            }
            else if (frames is not null && line.StartsWith(StateMark, StringComparison.Ordinal))
            {
                threads[^1] = threads[^1] with { State = line[StateMark.Length..] };
            }
            else if (frames is { Count: < MaxFrames } && line.StartsWith("at ", StringComparison.Ordinal))
            {
                frames.Add(ParseFrame(line[3..]));
            }
        }

        return true;
    }

    // "name" #1 daemon prio=5 os_prio=0 cpu=1ms elapsed=2s tid=0x00007f nid=0x3f72 runnable [0x00007f]: up to 20 in hexadecimal, then in decimal.
    private static bool TryParseHeader(string line, out string name, out uint tid)
    {
        const string mark = " nid=";
        (name, tid) = ("", 0);
        int quote = line.LastIndexOf('"');
        int begin = line.IndexOf(mark, Math.Max(quote, 0), StringComparison.Ordinal);
        if (quote <= 0 || begin < 0)
            return false;
        ReadOnlySpan<char> number = line.AsSpan(begin + mark.Length);
        int end = number.IndexOf(' ');
        number = end < 0 ? number : number[..end];
        name = line[1..quote];
        name = name.Length > MaxText ? name[..MaxText] : name;
        return number.StartsWith("0x", StringComparison.Ordinal)
            ? uint.TryParse(number[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out tid)
            : uint.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out tid);
    }

    // java.net.Socket.connect(java.base@17.0.15/Socket.java:633), Srv.main(Srv.java:21), ...read0(java.base@17.0.15/Native Method)
    private static CodeFrame ParseFrame(string line)
    {
        int open = line.LastIndexOf('(');
        if (open < 0)
            return new CodeFrame(line, "", 0, FrameKind.Java);
        string place = line[(open + 1)..].TrimEnd(')');
        place = place[(place.LastIndexOf('/') + 1)..];
        int colon = place.LastIndexOf(':');
        bool hasLine = uint.TryParse(place.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out uint number) && colon > 0;
        string file = hasLine ? place[..colon] : place;
        bool isFile = hasLine || file.Contains('.', StringComparison.Ordinal);
        return new CodeFrame(line[..open], isFile ? file : "", hasLine ? number : 0, FrameKind.Java);
    }

    private static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> line) => line[..Math.Min(line.Length, 8 * MaxText)];
}
