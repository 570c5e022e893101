// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;

namespace Tracer.Output.Top;

/// <summary>What the screen shows, and what a key changes in it.</summary>
internal sealed class TopState
{
    private const int FilterLimit = 40;

    private string _chosenFinding = "";

    public FindingBoard Board { get; } = new();

    public TopLevel Level { get; private set; }

    public TopOrder Order { get; private set; }

    public bool IsReversed { get; private set; }

    public bool ShowsHarmless { get; private set; }

    public bool ShowsHelp { get; private set; }

    /// <summary>The screen stands still; the stream does not.</summary>
    public bool IsPaused { get; private set; }

    public bool IsTypingFilter { get; private set; }

    public string Filter { get; private set; } = "";

    public RowCursor Rows { get; } = new();

    public RowCursor SocketRows { get; } = new();

    public RowCursor Lines { get; } = new();

    public IReadOnlyList<Finding> Findings { get; private set; } = [];

    public IReadOnlyList<SocketRecord> Sockets { get; private set; } = [];

    public IReadOnlyList<string> Biography { get; private set; } = [];

    /// <summary>Why the list below is empty or old; empty: it is not.</summary>
    public string Notice { get; set; } = "";

    public Finding? ChosenFinding => Board.Find(_chosenFinding) ?? Findings.ElementAtOrDefault(Rows.Selected);

    public SocketRecord? ChosenSocket => Sockets.ElementAtOrDefault(SocketRows.Selected);

    /// <summary>Takes the findings as they are now; the chosen one stays chosen wherever it has moved.</summary>
    public void Refresh(int page)
    {
        if (IsPaused && Findings.Count > 0)
            return;
        Findings = Board.Select(Order, IsReversed, Filter, ShowsHarmless);
        int row = Findings.ToList().FindIndex(finding => finding.Id == _chosenFinding);
        if (row >= 0)
            Rows.MoveTo(row);
        FitRows(page);
    }

    public void Show(IReadOnlyList<SocketRecord> sockets)
    {
        Sockets = sockets;
        Notice = sockets.Count == 0 ? "no socket of this finding is left" : "";
    }

    public void Show(IReadOnlyList<string> biography)
    {
        Biography = biography;
        Notice = "";
    }

    public TopWish Handle(ConsoleKeyInfo key, int page)
    {
        if (IsTypingFilter)
        {
            TypeFilter(key, page);
            return TopWish.None;
        }
        if (ShowsHelp)
        {
            ShowsHelp = key.Key == default && key.KeyChar == default; // a signal is no key
            return TopWish.None;
        }
        if (Cursor.Handle(key, page))
        {
            if (Level == TopLevel.Findings)
                FitRows(page);
            return TopWish.None;
        }
        return Command(key, page);
    }

    private RowCursor Cursor => Level switch
    {
        TopLevel.Findings => Rows,
        TopLevel.Sockets => SocketRows,
        _ => Lines,
    };

    private TopWish Command(ConsoleKeyInfo key, int page)
    {
        switch (key)
        {
            case { KeyChar: 'q' }:
                return TopWish.Quit;
            case { Key: ConsoleKey.Enter or ConsoleKey.RightArrow }:
                return Descend();
            case { Key: ConsoleKey.Escape or ConsoleKey.LeftArrow or ConsoleKey.Backspace }:
                Ascend();
                return TopWish.None;
            case { KeyChar: '?' } or { Key: ConsoleKey.F1 }:
                ShowsHelp = true;
                return TopWish.None;
            case { KeyChar: ' ' }:
                IsPaused = !IsPaused;
                break;
            default:
                if (Level == TopLevel.Findings)
                    Arrange(key.KeyChar);
                break;
        }
        Refresh(page);
        return TopWish.None;
    }

    private void Arrange(char key)
    {
        Order = key switch
        {
            's' => (TopOrder)(((int)Order + 1) % Enum.GetValues<TopOrder>().Length),
            '1' => TopOrder.Harm,
            '2' => TopOrder.Sockets,
            '3' => TopOrder.Growth,
            '4' => TopOrder.Oldest,
            '5' => TopOrder.Descriptors,
            _ => Order,
        };
        IsReversed ^= key == 'r';
        ShowsHarmless ^= key == 'h';
        IsTypingFilter = key == '/';
    }

    private TopWish Descend()
    {
        switch (Level)
        {
            case TopLevel.Findings when ChosenFinding is { } finding:
                _chosenFinding = finding.Id;
                Level = TopLevel.Sockets;
                Sockets = [];
                SocketRows.MoveTo(0);
                Notice = "asking ...";
                return TopWish.ListSockets;
            case TopLevel.Sockets when ChosenSocket is not null:
                Level = TopLevel.Biography;
                Biography = [];
                Lines.MoveTo(0);
                Notice = "asking ...";
                return TopWish.ExplainSocket;
            default:
                return TopWish.None;
        }
    }

    private void Ascend()
    {
        Notice = "";
        if (Level == TopLevel.Findings)
            Filter = "";
        else
            Level--;
    }

    private void TypeFilter(ConsoleKeyInfo key, int page)
    {
        switch (key.Key)
        {
            case ConsoleKey.Enter:
                IsTypingFilter = false;
                break;
            case ConsoleKey.Escape:
                (IsTypingFilter, Filter) = (false, "");
                break;
            case ConsoleKey.Backspace:
                Filter = Filter.Length > 0 ? Filter[..^1] : "";
                break;
            default:
                if (!char.IsControl(key.KeyChar) && Filter.Length < FilterLimit)
                    Filter += key.KeyChar;
                break;
        }
        _chosenFinding = "";
        Refresh(page);
    }

    private void FitRows(int page)
    {
        Rows.Fit(Findings.Count, page);
        _chosenFinding = Findings.ElementAtOrDefault(Rows.Selected)?.Id ?? "";
    }
}
