// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;

namespace Tracer.Output.Top;

/// <summary>What the screen shows, and what a key changes in it.</summary>
internal sealed class TopState
{
    private const int FilterLimit = 40;

    private string _chosenFinding = "";

    // The finding whose sockets are shown, as it was last, and one of its sockets: they tell where it is when its id has changed.
    private Finding? _opened;
    private SocketRecord? _anchor;
    private bool _hasNoSocket;

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

    /// <summary>The one under the cursor, or the one whose sockets are shown; null: there is none, or it is gone.</summary>
    public Finding? ChosenFinding => Level == TopLevel.Findings
        ? Board.Find(_chosenFinding) ?? Findings.ElementAtOrDefault(Rows.Selected)
        : _hasNoSocket && Board.Find(_chosenFinding) is null ? null : _opened;

    public SocketRecord? ChosenSocket => Sockets.ElementAtOrDefault(SocketRows.Selected);

    /// <summary>A socket that is in the chosen finding, or was in it last.</summary>
    public SocketRecord? Anchor => ChosenSocket ?? _anchor;

    /// <summary>What this screen shows an answer to; null: the findings alone.</summary>
    public TopQuestion? Question => Level switch
    {
        TopLevel.Sockets => new TopQuestion(_chosenFinding),
        TopLevel.Biography when ChosenSocket is { } socket => new TopQuestion(_chosenFinding, socket.Cookie, socket.Netns),
        _ => null,
    };

    /// <summary>Takes the findings as they are now; the chosen one stays chosen wherever it has moved.</summary>
    public void Refresh(int page)
    {
        if (IsPaused && Findings.Count > 0)
            return;
        Findings = Board.Select(Order, IsReversed, Filter, ShowsHarmless);
        int row = Findings.ToList().FindIndex(finding => finding.Id == _chosenFinding);
        if (row >= 0)
            Rows.MoveTo(row);
        if (Level == TopLevel.Findings)
            FitRows(page);
        else
            _opened = Board.Find(_chosenFinding) ?? _opened;
    }

    /// <summary>The sockets of the chosen finding as they are now; the chosen one stays chosen wherever it has moved.</summary>
    public void Show(IReadOnlyList<SocketRecord> sockets)
    {
        if (IsPaused && Sockets.Count > 0)
            return;
        _anchor = Anchor;
        _hasNoSocket = sockets.Count == 0;
        Sockets = [.. sockets.OrderByDescending(socket => socket.Age?.ToTimeSpan() ?? default)];
        int row = Sockets.ToList().FindIndex(socket => (socket.Cookie, socket.Netns) == (_anchor?.Cookie, _anchor?.Netns));
        if (row >= 0)
            SocketRows.MoveTo(row);
        Notice = _hasNoSocket ? "no socket of this finding is left" : "";
    }

    /// <summary>The chosen finding has no sockets: it is gone, unless they are in another one now.</summary>
    /// <param name="home">The finding that the daemon names for <see cref="Anchor"/>; empty: none, or a harmless one.</param>
    public void ShowNone(string home)
    {
        string other = home.Length > 0 || Anchor is not { } socket ? home : Board.FindIdOf(socket);
        if (other.Length > 0 && other != _chosenFinding)
            Follow(other);
        else
            Show(sockets: []);
    }

    /// <summary>The life of the chosen socket, and the finding that it is in now; empty: none, or a harmless one.</summary>
    public void Show(IReadOnlyList<string> biography, string findingId)
    {
        if (IsPaused && Biography.Count > 0)
            return;
        Biography = biography;
        Notice = "";
        if (findingId.Length > 0)
            Follow(findingId);
    }

    /// <summary>Takes a key; false: the reader wants to quit.</summary>
    public bool Handle(ConsoleKeyInfo key, int page)
    {
        if (IsTypingFilter)
        {
            TypeFilter(key, page);
            return true;
        }
        if (ShowsHelp)
        {
            ShowsHelp = key.Key == default && key.KeyChar == default; // a signal is no key
            return true;
        }
        if (Cursor.Handle(key, page))
        {
            if (Level == TopLevel.Findings)
                FitRows(page);
            else if (Level == TopLevel.Sockets)
                SocketRows.Fit(Sockets.Count, page);
            return true;
        }
        return Command(key, page);
    }

    private RowCursor Cursor => Level switch
    {
        TopLevel.Findings => Rows,
        TopLevel.Sockets => SocketRows,
        _ => Lines,
    };

    private bool Command(ConsoleKeyInfo key, int page)
    {
        switch (key)
        {
            case { KeyChar: 'q' }:
                return false;
            case { Key: ConsoleKey.Enter or ConsoleKey.RightArrow }:
                Descend();
                return true;
            case { Key: ConsoleKey.Escape or ConsoleKey.LeftArrow or ConsoleKey.Backspace }:
                Ascend();
                return true;
            case { KeyChar: '?' } or { Key: ConsoleKey.F1 }:
                ShowsHelp = true;
                return true;
            case { KeyChar: ' ' }:
                IsPaused = !IsPaused;
                break;
            default:
                if (Level == TopLevel.Findings)
                    Arrange(key.KeyChar);
                break;
        }
        Refresh(page);
        return true;
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

    private void Descend()
    {
        switch (Level)
        {
            case TopLevel.Findings when ChosenFinding is { } finding:
                _chosenFinding = finding.Id;
                _opened = finding;
                _anchor = finding.Examples.FirstOrDefault();
                _hasNoSocket = false;
                Level = TopLevel.Sockets;
                Sockets = [];
                SocketRows.MoveTo(0);
                Notice = "asking ...";
                break;
            case TopLevel.Sockets when ChosenSocket is not null:
                Level = TopLevel.Biography;
                Biography = [];
                Lines.MoveTo(0);
                Notice = "asking ...";
                break;
        }
    }

    private void Follow(string findingId)
    {
        _chosenFinding = findingId;
        _opened = Board.Find(findingId) ?? _opened;
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
