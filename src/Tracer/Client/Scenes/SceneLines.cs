// SPDX-License-Identifier: Apache-2.0
using System.Text;

namespace Tracer.Client.Scenes;

/// <summary>Lines of an unpacked scene, within limits.</summary>
internal sealed class SceneLines(Stream stream, SceneLimits limits)
{
    private const int FirstSize = 64 * 1024;

    private byte[] _buffer = new byte[FirstSize];
    private int _start;
    private int _end;
    private long _total;
    private bool _isAtEnd;

    /// <summary>Why there are no more lines; null: the file has no more.</summary>
    public string? Problem { get; private set; }

    /// <summary>The last line had no end: the writer was stopped within it, or the file cut.</summary>
    public bool IsLastIncomplete { get; private set; }

    /// <summary>Null: there are no more, or none that is within the limits.</summary>
    public string? TryRead()
    {
        int searched = 0;
        while (Problem is null)
        {
            int length = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (length >= 0)
                return Take(searched + length, separator: 1);
            searched = _end - _start;
            if (_isAtEnd)
            {
                IsLastIncomplete = searched > 0;
                return searched > 0 ? Take(searched, separator: 0) : null;
            }
            Fill();
        }
        return null;
    }

    private string Take(int length, int separator)
    {
        string line = Encoding.UTF8.GetString(_buffer, _start, length);
        _start += length + separator;
        return line;
    }

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        if (_end > limits.LineBytes)
        {
            Problem = $"has a line of more than {limits.LineBytes} bytes";
            return;
        }
        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);
        // A file that was cut just ends; one that was changed throws.
        int read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _isAtEnd = read == 0;
        _end += read;
        _total += read;
        if (_total > limits.TotalBytes)
            Problem = $"is larger than {limits.TotalBytes} bytes when unpacked";
    }
}
