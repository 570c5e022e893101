// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using CloseWait.V1;

namespace Tracer.Output.Top;

/// <summary>The state as the lines of one screen: as many as fit, none too long.</summary>
internal sealed class TopFrame(OutputStyle style)
{
    // Two lines above the list, its titles, two lines about the chosen row, and the keys.
    private const int FixedLines = 6;
    private const int LinesBelow = 3;

    private static readonly int[] FindingWidths = [-1, -7, -6, -7, -4, 14, 18, 0];
    private static readonly int[] SocketWidths = [-8, 21, 21, -7, -7, 0];

    private static readonly string[] Help =
    [
        "up down pgup pgdn home end, or k j g G: move",
        "enter right            a finding's sockets, then a socket's biography",
        "escape left backspace  back; in the first list: forget the filter",
        "s                      sort by the next of: harm, sockets, growth, oldest, fds",
        "1 2 3 4 5              sort by just that one",
        "r                      reverse",
        "/                      filter: a part of the owner, the code or the verdict",
        "h                      show harmless findings too",
        "space                  pause",
        "q Ctrl-C               quit",
    ];

    /// <summary>Rows of a list on a screen of this height.</summary>
    public static int PageOf(int height) => Math.Max(1, height - FixedLines);

    public List<string> Lines(TopState state, int width, int height, DateTimeOffset now)
    {
        int page = PageOf(height);
        List<string> lines = [style.Palette.Heading(Fit(Title(state, now), width)), Fit(Subtitle(state), width)];
        if (state.ShowsHelp)
            lines.AddRange(Help.Take(page + 1).Select(line => Fit(line, width)));
        else
            lines.AddRange(Body(state, width, page).Take(page + 1));
        while (lines.Count < height - LinesBelow)
            lines.Add("");
        lines.AddRange(Chosen(state).Select(line => Fit(line, width)));
        lines.Add(style.Palette.Faint(Fit(Keys(state), width)));
        return lines;
    }

    private IEnumerable<string> Body(TopState state, int width, int page) => state.Level switch
    {
        TopLevel.Sockets => SocketBody(state, width, page),
        TopLevel.Biography => BiographyBody(state, width, page),
        _ => FindingBody(state, width, page),
    };

    private IEnumerable<string> FindingBody(TopState state, int width, int page)
    {
        yield return style.Palette.Heading(TopColumns.Line(width, FindingWidths, "!", "SOCKETS", "GROW/m", "OLDEST", "FDS", "VERDICT", "OWNER", "WHERE"));
        if (state.Findings.Count == 0)
            yield return Fit(Empty(state), width);
        for (int row = state.Rows.Top; row < Math.Min(state.Findings.Count, state.Rows.Top + page); row++)
            yield return Row(FindingLine(state.Findings[row], width), width, row == state.Rows.Selected, state.Findings[row].Severity);
    }

    private static string FindingLine(Finding finding, int width) => TopColumns.Line(
        width, FindingWidths, Mark(finding.Severity), Number(finding.Sockets), FindingText.Growth(finding), FindingText.Age(finding),
        FindingText.Descriptors(finding), FindingText.Verdict(finding.Verdict), FindingText.Owner(finding), FindingText.Place(finding));

    private IEnumerable<string> SocketBody(TopState state, int width, int page)
    {
        int room = state.Notice.Length > 0 ? page - 1 : page;
        state.SocketRows.Fit(state.Sockets.Count, room);
        yield return style.Palette.Heading(TopColumns.Line(width, SocketWidths, "AGE", "LOCAL", "REMOTE", "UNREAD", "UNSENT", "HOLDERS"));
        if (state.Notice.Length > 0)
            yield return Fit(state.Notice, width);
        for (int row = state.SocketRows.Top; row < Math.Min(state.Sockets.Count, state.SocketRows.Top + room); row++)
        {
            SocketRecord socket = state.Sockets[row];
            string line = TopColumns.Line(
                width, SocketWidths, SocketText.Age(socket), SocketText.Local(socket), SocketText.Remote(socket), Number(socket.UnreadBytes),
                Number(socket.UnsentBytes), SocketText.Holders(socket));
            yield return Row(line, width, row == state.SocketRows.Selected, Severity.Unspecified);
        }
    }

    private static IEnumerable<string> BiographyBody(TopState state, int width, int page)
    {
        if (state.Notice.Length > 0)
            yield return Fit(state.Notice, width);
        // Here the cursor is the first line shown.
        state.Lines.MoveTo(Math.Min(state.Lines.Selected, Math.Max(0, state.Biography.Count - page - 1)));
        foreach (string line in state.Biography.Skip(state.Lines.Selected).Take(page + 1))
            yield return Fit(line, width);
    }

    // In a list there is no room for a whole sentence.
    private static string[] Chosen(TopState state) => state switch
    {
        { ShowsHelp: false, Level: TopLevel.Findings, ChosenFinding: { } finding } =>
            [TargetText.Clean(finding.Headline), $"at {FindingText.Place(finding)}"],
        { ShowsHelp: false, Level: TopLevel.Sockets, ChosenSocket: { } socket } =>
            [$"{SocketText.Connection(socket)}  cookie {SocketText.Cookie(socket.Cookie)}", $"held by {SocketText.Holders(socket)}"],
        _ => ["", ""],
    };

    private string Row(string line, int width, bool isChosen, Severity severity)
    {
        // Reverse video is no colour: it stays without them.
        if (isChosen)
            return $"\e[7m{line.PadRight(width)}\e[0m";
        return severity switch
        {
            Severity.Critical => style.Palette.Bad(line),
            Severity.Warning => style.Palette.Notable(line),
            Severity.Harmless => style.Palette.Faint(line),
            _ => line,
        };
    }

    private string Title(TopState state, DateTimeOffset now)
    {
        HostSummary summary = state.Board.Summary;
        string clock = TimeZoneInfo.ConvertTime(now, style.Zone).ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        string sockets = summary.TracingSince is null
            ? ""
            : $"  {summary.CloseWaits} in CLOSE_WAIT, {summary.LeftOpen} ended but open, tracing for {AgeText.Format(now - summary.TracingSince.ToDateTimeOffset())}";
        // What must not be cut off on a narrow screen stands first.
        string paused = state.IsPaused ? "  PAUSED" : "";
        string lost = state.Board.Lost > 0 ? $"  {state.Board.Lost} events lost" : "";
        return $"closewait top {clock}{paused}{lost}{sockets}";
    }

    private static string Subtitle(TopState state) => state.Level switch
    {
        TopLevel.Findings => Totals(state),
        _ => TargetText.Clean(state.ChosenFinding?.Headline ?? "this finding is gone"),
    };

    private static string Totals(TopState state)
    {
        List<string> parts = [$"sorted by {state.Order.ToString().ToLowerInvariant()}{(state.IsReversed ? ", reversed" : "")}"];
        if (state.Filter.Length > 0)
            parts.Add($"filter '{TargetText.Clean(state.Filter)}'");
        int harmless = state.Board.Select(TopOrder.Harm, isReversed: false, "", withHarmless: true).Count(finding => finding.Severity == Severity.Harmless);
        if (harmless > 0 && !state.ShowsHarmless)
            parts.Add($"{harmless} harmless hidden (h)");
        parts.AddRange(state.Board.Summary.Kernel.Where(counter => counter.SinceTracing > 0 && counter.Name.Contains("Listen", StringComparison.Ordinal))
            .Select(counter => $"{TargetText.Clean(counter.Name)} +{counter.SinceTracing}"));
        return string.Join("  ", parts);
    }

    private static string Empty(TopState state) => state switch
    {
        { Board.Summary.TracingSince: null } => "asking ...",
        { Filter.Length: > 0 } => "no finding contains this filter",
        _ => "no finding: no socket is stuck in CLOSE_WAIT, or all that are have an innocent reason",
    };

    private static string Keys(TopState state)
    {
        if (state.ShowsHelp)
            return "any key: back";
        if (state.IsTypingFilter)
            return $"filter: {TargetText.Clean(state.Filter)}_   (enter: keep it, escape: none)";
        return state.Level switch
        {
            TopLevel.Sockets => "enter biography  esc back  space pause  ? help  q quit",
            TopLevel.Biography => "up down scroll  esc back  space pause  ? help  q quit",
            _ => "enter sockets  s sort  / filter  h harmless  space pause  ? help  q quit",
        };
    }

    private static string Mark(Severity severity) => severity switch
    {
        Severity.Critical => "C",
        Severity.Warning => "W",
        Severity.Harmless => "-",
        _ => " ",
    };

    private static string Number(ulong number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Fit(string text, int width) => TargetText.Cut(text, width);
}
