// SPDX-License-Identifier: Apache-2.0
using System.Text;
using System.Text.RegularExpressions;

namespace Tracer.Kernel.Tests.Harness;

/// <summary>What a terminal shows of what a program writes to it: the part of xterm that full screens need.</summary>
internal sealed partial class TerminalScreen(int width, int height)
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly List<string> _faults = [];
    private readonly StringBuilder _sequence = new();
    private char[][] _cells = Blank(width, height);
    private (char[][] Cells, int Row, int Column)? _main; // while the alternate screen is shown
    private int _row;
    private int _column;

    public bool IsAlternate => _main is not null;

    public bool IsCursorShown { get; private set; } = true;

    /// <summary>Arrow keys send other bytes than a program expects that does not ask for it.</summary>
    public bool IsKeypadChanged { get; private set; }

    /// <summary>What is no sequence known here; and on the alternate screen lines that were too long, and lines that moved it.</summary>
    public IReadOnlyList<string> Faults => _faults;

    public string[] Lines => [.. _cells.Select(line => new string(line).TrimEnd())];

    public override string ToString() => string.Join('\n', Lines);

    public void Write(ReadOnlySpan<byte> bytes)
    {
        Span<char> characters = stackalloc char[bytes.Length + 1];
        int count = _decoder.GetChars(bytes, characters, flush: false);
        foreach (char character in characters[..count])
            Write(character);
    }

    private void Write(char character)
    {
        if (_sequence.Length > 0 || character == '\e')
            Collect(character);
        else if (character == '\r')
            _column = 0;
        else if (character == '\n')
            MoveDown();
        else if (char.IsControl(character))
            _faults.Add($"control character {(int)character}");
        else
            Print(character);
    }

    // Behind the last column the cursor waits there: only one character more wraps the line.
    private void Print(char character)
    {
        if (_column == width)
        {
            AddFaultOfFrame($"line {_row + 1} wraps before '{character}': {Lines[_row]}");
            _column = 0;
            MoveDown();
        }
        _cells[_row][_column++] = character;
    }

    private void MoveDown()
    {
        if (_row < height - 1)
        {
            _row++;
            return;
        }
        AddFaultOfFrame("the screen scrolls");
        _cells = [.. _cells[1..], Blank(width, 1)[0]];
    }

    private void AddFaultOfFrame(string fault)
    {
        if (IsAlternate)
            _faults.Add(fault);
    }

    private void Collect(char character)
    {
        _sequence.Append(character);
        string sequence = _sequence.ToString();
        if (!WholeSequence().IsMatch(sequence))
            return;
        _sequence.Clear();
        Obey(sequence);
    }

    private void Obey(string sequence)
    {
        switch (sequence)
        {
            case "\e[?1049h":
                _main ??= (_cells, _row, _column);
                _cells = Blank(width, height);
                break;
            case "\e[?1049l":
                (_cells, _row, _column) = _main ?? (_cells, _row, _column);
                _main = null;
                break;
            case "\e[?25h" or "\e[?25l":
                IsCursorShown = sequence.EndsWith('h');
                break;
            case "\e[?1h" or "\e[?1l" or "\e=" or "\e>":
                IsKeypadChanged = sequence[^1] is 'h' or '=';
                break;
            case "\e[H":
                (_row, _column) = (0, 0);
                break;
            case "\e[K" or "\e[J" or "\e[2J":
                Erase(sequence);
                break;
            default:
                if (!sequence.EndsWith('m')) // looks
                    _faults.Add("unknown sequence " + sequence.Replace("\e", "ESC", StringComparison.Ordinal));
                break;
        }
    }

    // Like xterm: behind the last column, the character in it is erased too.
    private void Erase(string sequence)
    {
        bool isAll = sequence == "\e[2J";
        int column = isAll ? 0 : Math.Min(_column, width - 1);
        int row = isAll ? 0 : _row;
        _cells[row].AsSpan(column).Fill(' ');
        for (int below = row + 1; below < height && sequence != "\e[K"; below++)
            _cells[below].AsSpan().Fill(' ');
    }

    private static char[][] Blank(int width, int height) =>
        [.. Enumerable.Range(0, height).Select(_ => new string(' ', width).ToCharArray())];

    [GeneratedRegex(@"^\e(\[[?0-9;]*[@-~]|[^\[])$")]
    private static partial Regex WholeSequence();
}
